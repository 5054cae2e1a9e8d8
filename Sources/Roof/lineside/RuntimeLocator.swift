internal import Core
internal import Files
internal import Process

/// Where ONNX Runtime may be, best first: named by the user, beside the program, in a development tree, on the system.
enum RuntimeLocator {
    static func candidates() throws(Fault) -> [String] {
        if let named = Environment["LINESIDE_ONNXRUNTIME"] { return [named] }
        let program = try ProcessFacts.executablePath()
        var folder = PathName.folder(of: program)
        var candidates: [String] = libraries(in: folder) + libraries(in: PathName.folder(of: folder) + "/lib/lineside")
        while folder.count > 1 {
            candidates += libraries(in: folder + "/.deps/lib")
            folder = PathName.folder(of: folder)
        }
        return candidates + ["libonnxruntime.so.1", "libonnxruntime.so"]
    }

    /// The words that start an engine.
    static func engineCommand() throws(Fault) -> [String] {
        [try ProcessFacts.executablePath(), "engine"] + (try candidates()).flatMap { ["--library", $0] }
    }

    private static func libraries(in folder: String) -> [String] {
        let names = (try? FileAccess.names(in: folder)) ?? []
        return names.filter { $0.hasPrefix("libonnxruntime.so") }.map { "\(folder)/\($0)" }
    }
}
