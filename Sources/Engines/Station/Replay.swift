package import Core
package import Crypto
package import EngineKeeping
internal import Images
internal import Link

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
        let view = try FrameDecoder().decode(frame, as: file.preprocessing.format)
        guard let slot = engine.caller.take(bell: 0) else { throw Fault(.exhausted, "the engine has no slot") }
        try seated.fill(slot, with: view)
        slot.deadline = Instant.now.advanced(by: Self.patience)
        guard engine.caller.submit(slot) else { throw Fault(.unavailable, "the engine takes no part") }
        let done = try wait(engine, slot.deadline)
        guard done.outcome == .completed, let answer = seated.read(done) else {
            throw Fault(.model, "the model did not judge the frame: \(done.message)")
        }
        return Result(score: answer.score, digest: answer.digest, runtime: EngineSeat.runtime(of: engine))
    }

    private func wait(_ engine: EngineHandle, _ deadline: Instant) throws(Fault) -> Slot {
        while Instant.now < deadline, !engine.isDead {
            if let done = engine.caller.collect(bell: 0) { return done }
            Pause.nanoseconds(Span64.millisecond / 5)
        }
        throw Fault(.timeout, "the model did not answer")
    }
}
