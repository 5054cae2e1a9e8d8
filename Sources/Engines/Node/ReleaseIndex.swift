internal import Core
internal import Crypto
internal import Files
internal import JSON

/// A release as one document: its files, each by its bytes.
package struct ReleaseIndex: Hashable, Sendable {
    static let kind = "release/1"
    package static let fileName = "release.json"

    let name: String
    let version: String
    let files: [FileReference]

    init(_ bytes: [UInt8]) throws(Fault) {
        let top = try DatumReader(
            try Document.datum(bytes, kind: Self.kind), at: "", keys: ["lineside", "name", "version", "files"])
        name = try top.text("name") ?? "model"
        version = try top.text("version") ?? "1"
        var files: [FileReference] = []
        for (place, file) in (top.value("files")?.list ?? []).enumerated() {
            files.append(try FileReference(file, at: "files[\(place)]"))
        }
        guard files.contains(where: { $0.path == "model.onnx" }), files.contains(where: { $0.path == "metadata.json" })
        else { throw Fault(.invalid, "a release needs model.onnx and metadata.json among its files") }
        self.files = files
    }

    init(name: String, version: String, files: [FileReference]) {
        self.name = name
        self.version = version
        self.files = files
    }

    package var bytes: [UInt8] {
        let document: Datum = [
            "lineside": .text(Self.kind), "name": .text(name), "version": .text(version),
            "files": .list(files.map(\.datum)),
        ]
        return document.json
    }
}
