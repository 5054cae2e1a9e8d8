internal import Archive
internal import Core
internal import Files
internal import Inference
internal import InferenceProtocol

/// What is served: told on the command line, by the environment, or found where containers put it.
struct ModelSource {
    private static let containerFolder = "/opt/ml/model"
    private static let archiveEndings = [".tar.gz", ".tgz", ".tar", ".zip"]

    let folder: ModelFolder
    /// Where an archive was unpacked; removed at the end.
    let unpacked: String?

    init(_ options: ServeOptions) throws {
        let path = try options.source ?? Self.defaultPath(options)
        if Self.archiveEndings.contains(where: { path.hasSuffix($0) }), FileAccess.isFile(path) {
            let target = try FileAccess.temporaryFolder("lineside-model")
            do throws(Fault) { try ModelArchive.unpack(path, into: target) } catch {
                FileAccess.remove(target)
                throw error
            }
            (folder, unpacked) = (ModelFolder(folder: target, named: try Self.name(of: target)), target)
            return
        }
        unpacked = nil
        if FileAccess.isFile(path) {
            guard path.hasSuffix(".onnx") else {
                throw ConfigurationFault(message: "\(path) is not an .onnx file, a folder of models, or a model.tar.gz")
            }
            folder = try ModelFolder(file: path)
        } else {
            guard FileAccess.isFolder(path) || options.source == nil else {
                throw ConfigurationFault(missing: path)
            }
            folder = ModelFolder(folder: path)
        }
    }

    /// An archive's model is called what its metadata say, or `model`: the folder it lies in has a name of chance.
    private static func name(of folder: String) throws(Fault) -> ModelName {
        let path = "\(folder)/metadata.json"
        if FileAccess.isFile(path), let name = try ModelMetadata(parsing: try FileAccess.read(path), file: path).name {
            return try ModelName(parsing: name)
        }
        return try ModelName(parsing: "model")
    }

    private static func defaultPath(_ options: ServeOptions) throws -> String {
        if options.modelFolderIsGiven { return options.modelFolder }
        guard FileAccess.isFolder(containerFolder) else { return options.modelFolder }
        let names = try FileAccess.names(in: containerFolder)
        if let archive = names.first(where: { $0 == "model.tar.gz" }), !names.contains(where: { $0.hasSuffix(".onnx") })
        {
            return "\(containerFolder)/\(archive)"
        }
        return ModelFolder(folder: containerFolder).models().isEmpty ? options.modelFolder : containerFolder
    }

    /// The model that `/infer` answers for: the one that was named, the only one there is, or the seed's default.
    func active(_ options: ServeOptions) throws(Fault) -> ModelName {
        if let named = options.active { return try ModelName(parsing: named) }
        let models = folder.models()
        if models.count == 1, let only = models.keys.first { return only }
        return try ModelName(parsing: options.defaultActive)
    }

    func cleanUp() {
        if let unpacked { FileAccess.remove(unpacked) }
    }
}
