package import Core
package import Crypto
package import EngineKeeping
internal import Images

/// Judges one kept frame again, with an engine of its own.
package struct Replay: Sendable {
    package struct Result: Hashable, Sendable {
        package let score: Float
        package let digest: SHA256Digest
        package let runtime: String
    }

    private static let patience = 60 * Span64.second

    private let file: ReleaseFile
    private let launcher: EngineLauncher

    package init(_ file: ReleaseFile, launcher: EngineLauncher) {
        self.file = file
        self.launcher = launcher
    }

    package func judge(_ frame: [UInt8]) throws(Fault) -> Result {
        let news = NewsStand<Swift.Result<EngineHandle, Fault>>()
        guard let name = try? ModelName(parsing: file.name) else {
            throw Fault(.invalid, "'\(file.name)' is no model name")
        }
        launcher.launch(
            ModelFile(name: name, version: 1, path: file.modelPath, metadataPath: nil), ready: { news.post($0) },
            ended: { _, _ in })
        let engine = try news.wait().get()
        let seated = try SeatedRelease(file, engine: engine)
        let decoder = try FrameDecoder()
        // The view lies in its decoder.
        defer { withExtendedLifetime(decoder) {} }
        let view = try decoder.decode(frame, as: file.preprocessing.format)
        let answer = try seated.judge(view, bell: 0, within: Self.patience)
        return Result(score: answer.score, digest: answer.digest, runtime: EngineSeat.runtime(of: engine))
    }
}
