package import Core
internal import Files
internal import JSON

extension ReleaseIndex {
    private static let filesMax = 10_000

    /// What lies in a release's folder, all of it.
    package init(folder: String) throws(Fault) {
        let metadata = folder + "/metadata.json"
        guard FileAccess.isFile(metadata), FileAccess.isFile(folder + "/model.onnx") else {
            throw Fault(.notFound, "\(folder) is no release", hint: "it needs model.onnx and metadata.json")
        }
        let text = try FileAccess.read(metadata, limit: 16 << 20)
        let facts = try? Datum(json: text)
        var files: [FileReference] = []
        try Self.collect(folder, "", &files)
        self.init(
            name: facts?["model_name"]?.text ?? "model", version: facts?["model_version"]?.text ?? "1", files: files)
    }

    private static func collect(_ folder: String, _ inner: String, _ files: inout [FileReference]) throws(Fault) {
        for name in try FileAccess.names(in: inner.isEmpty ? folder : folder + "/" + inner) {
            let path = inner.isEmpty ? name : inner + "/" + name
            guard path != fileName else { continue }
            if FileAccess.isFolder(folder + "/" + path) {
                try collect(folder, path, &files)
                continue
            }
            guard files.count < filesMax else {
                throw Fault(
                    .exhausted, "\(folder) holds more than \(filesMax) files",
                    hint: "a release is a model and what belongs to it")
            }
            let (digest, bytes) = try FileDigest.of(folder + "/" + path)
            files.append(FileReference(path: path, digest: digest, bytes: bytes))
        }
    }
}
