internal import Core
internal import Files
internal import Recipes

/// Where corrected files go. Nobody's own file is written over, unless that is asked for.
struct MendedFiles {
    private let paths: [String]
    /// Files in which nothing changes are written too.
    private let isWhole: Bool
    private let folder: String?

    /// Nil when nothing is to be written.
    init?(_ files: [String], _ options: Options) throws(UsageFault) {
        guard options.has("fix") else {
            for flag in ["out", "in-place"] where options.has(flag) {
                throw UsageFault(message: "--\(flag) goes with --fix")
            }
            return nil
        }
        let out = options.text("out")
        guard out == nil || !options.has("in-place") else {
            throw UsageFault(message: "--out and --in-place exclude each other")
        }
        isWhole = out != nil
        if options.has("in-place") {
            folder = nil
            paths = files.map { FileAccess.resolved($0) }
        } else if let out, files.count > 1 || out.hasSuffix("/") || FileAccess.isFolder(out) {
            folder = out
            let slash = out.hasSuffix("/") ? "" : "/"
            paths = files.map { out + slash + Self.name(of: $0) }
        } else {
            folder = nil
            paths = out.map { [$0] } ?? files.map(Self.neighbour)
        }
        if !options.has("in-place") { try check(files) }
    }

    private func check(_ files: [String]) throws(UsageFault) {
        let originals = Set(files.map { FileAccess.resolved($0) })
        var seen: Set<String> = []
        for path in paths {
            guard !originals.contains(FileAccess.resolved(path)) else {
                throw UsageFault(message: "\(path) is one of the files themselves; --in-place writes over them")
            }
            guard seen.insert(path).inserted else { throw UsageFault(message: "two files would be written to \(path)") }
        }
    }

    private static func name(of path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

    /// `a/b.sh` becomes `a/b.fixed.sh`.
    private static func neighbour(_ path: String) -> String {
        let name = name(of: path)
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return path + ".fixed" }
        return path.dropLast(name.count) + name[..<dot] + ".fixed" + name[dot...]
    }

    /// The path of each file that was written, nil for those in which nothing was to be changed.
    func write(_ papers: [ClinicPaper], instead originals: [ClinicPaper]) throws(Fault) -> [String?] {
        if let folder { try FileAccess.makeFolder(folder) }
        var written: [String?] = []
        for (index, paper) in papers.enumerated() {
            guard isWhole || paper.bytes != originals[index].bytes else {
                written.append(nil)
                continue
            }
            let mode: UInt32 = FileAccess.isExecutable(originals[index].name) ? 0o755 : 0o644
            try FileAccess.writeDurably(paper.bytes, to: paths[index], mode: mode)
            written.append(paths[index])
        }
        return written
    }
}
