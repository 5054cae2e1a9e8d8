internal import Core
internal import Crypto
internal import Files
internal import Glibc

/// Which bootstraps and installations are done: they run once for a version, script, user and environment, and a node that
/// starts again does not repeat them. A lost memory only means that a step runs once more.
struct StepMemory: Sendable {
    private let folder: String

    init(_ folder: String) throws(Fault) {
        self.folder = folder
        try FileAccess.makeFolder(folder)
    }

    func remembers(_ kind: StepKind, of spec: ComponentSpec) -> Bool {
        guard let bytes = try? FileAccess.read(path(spec.name, kind), limit: 4096) else { return false }
        return String(decoding: bytes, as: UTF8.self) == Self.stamp(kind, spec)
    }

    func note(_ kind: StepKind, of spec: ComponentSpec) throws(Fault) {
        try FileAccess.write(Array(Self.stamp(kind, spec).utf8), to: path(spec.name, kind))
    }

    func forget(_ name: String) {
        for kind in [StepKind.bootstrap, .install] { unsafe unlink(path(name, kind)) }
    }

    private func path(_ name: String, _ kind: StepKind) -> String { "\(folder)/\(name).\(kind.rawValue)" }

    private static func stamp(_ kind: StepKind, _ spec: ComponentSpec) -> String {
        var digest = SHA256()
        let step = spec.steps[kind]
        let variables = (step?.environment ?? [:]).sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
        for word in [spec.version, spec.user ?? "", step?.script ?? "", step?.skipIf ?? ""] + variables {
            digest.update(Array(word.utf8) + [0])
        }
        return digest.finish().description
    }
}
