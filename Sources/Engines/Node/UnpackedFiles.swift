internal import Core
internal import Crypto
internal import Files
internal import JSON

/// What came out of an archive, noted beside its folder, so that files that a power cut emptied or somebody changed are found.
struct UnpackedFiles {
    private let folder: String
    private var noteFile: String { folder + ".files" }

    init(_ folder: String) { self.folder = folder }

    /// Whether every file is there and is what it was.
    var isWhole: Bool {
        guard let bytes = try? FileAccess.read(noteFile, limit: 64 << 20), let noted = try? Datum(json: bytes),
            let files = try? files
        else { return false }
        return .map(DatumMap(files)) == noted
    }

    func note() throws(Fault) { try FileAccess.writeDurably(Datum.map(DatumMap(try files)).json, to: noteFile) }

    private var files: [(String, Datum)] {
        get throws(Fault) {
            var found: [(String, Datum)] = []
            try collect("", &found)
            return found
        }
    }

    private func collect(_ inner: String, _ found: inout [(String, Datum)]) throws(Fault) {
        for name in try FileAccess.names(in: inner.isEmpty ? folder : folder + "/" + inner, hidden: true) {
            let path = inner.isEmpty ? name : inner + "/" + name
            if FileAccess.isFolder(folder + "/" + path) {
                try collect(path, &found)
            } else {
                found.append((path, .text("\(try FileDigest.of(folder + "/" + path).digest)")))
            }
        }
    }
}
