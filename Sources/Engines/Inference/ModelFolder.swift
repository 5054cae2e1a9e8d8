package import Core
package import EngineKeeping
internal import Files

/// Where models come from: one file, or a folder that is looked through anew whenever someone asks.
package struct ModelFolder: Hashable, Sendable {
    package let path: String
    /// Set when a single file is served; its name is then the only one.
    package let onlyFile: ModelFile?

    /// What the folder itself is called when it is a model.
    private let ownName: String

    /// A folder; it need not exist yet. `named` says what a model directly in it is called, when the folder's name is chance.
    package init(folder: String, named: ModelName? = nil) {
        path = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
        onlyFile = nil
        ownName = named?.description ?? path.split(separator: "/").last.map(String.init) ?? "model"
    }

    /// A single model file, named after itself or, when it is `model.onnx`, after its folder.
    package init(file: String) throws(Fault) {
        let parts = file.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
        let stem = Self.stem(parts.last ?? "") ?? parts.last ?? ""
        let folder = file.hasPrefix("/") || parts.count > 1 ? String(file.dropLast((parts.last ?? "").count)) : "./"
        path = folder.count > 1 ? String(folder.dropLast()) : folder
        let given = stem == "model" ? parts.dropLast().last { Int($0) == nil && $0 != "." && $0 != ".." } ?? stem : stem
        let name = try ModelName(parsing: given)
        let beside = Self.metadata(beside: path + "/" + (parts.last ?? ""), in: path)
        ownName = given
        onlyFile = ModelFile(name: name, version: 1, path: file, metadataPath: beside)
    }

    /// Every model here, each with its versions, lowest first.
    package func models() -> [ModelName: [ModelFile]] {
        if let onlyFile { return [onlyFile.name: [onlyFile]] }
        var found: [ModelName: [ModelFile]] = [:]
        for entry in (try? FileAccess.names(in: path)) ?? [] {
            if let stem = Self.stem(entry), let name = try? ModelName(parsing: stem == "model" ? folderName : stem) {
                found[name, default: []] += versions(of: name)
            } else if Int(entry) != nil, let own = try? ModelName(parsing: folderName),
                FileAccess.isFile("\(path)/\(entry)/model.onnx")
            {
                found[own] = versions(of: own)
            } else if let name = try? ModelName(parsing: entry), FileAccess.isFolder("\(path)/\(entry)") {
                let files = versions(of: name)
                if !files.isEmpty { found[name] = files }
            }
        }
        return found
    }

    /// The versions of one model, lowest first; empty when there is none.
    package func versions(of name: ModelName) -> [ModelFile] {
        if let onlyFile { return onlyFile.name == name ? [onlyFile] : [] }
        let flat = artifactPath(of: name)
        if FileAccess.isFile(flat) { return [file(name, 1, flat, in: path)] }
        if name.description == folderName, FileAccess.isFile("\(path)/model.onnx") {
            return [file(name, 1, "\(path)/model.onnx", in: path)]
        }
        let home = "\(path)/\(name)"
        if FileAccess.isFile("\(home)/model.onnx") { return [file(name, 1, "\(home)/model.onnx", in: home)] }
        return numbered(name, in: home) + (name.description == folderName ? numbered(name, in: path) : [])
    }

    /// `1/model.onnx`, `2/model.onnx` ... under `home`.
    private func numbered(_ name: ModelName, in home: String) -> [ModelFile] {
        let numbers = ((try? FileAccess.names(in: home)) ?? []).compactMap { Int($0) }.filter { $0 > 0 }.sorted()
        return numbers.compactMap { number in
            let place = "\(home)/\(number)"
            guard FileAccess.isFile("\(place)/model.onnx") else { return nil }
            return file(name, number, "\(place)/model.onnx", in: place, orAbove: home)
        }
    }

    /// Where the seed's service looks for a model, for the message when it is not there.
    package func artifactPath(of name: ModelName) -> String { "\(path)/\(name).onnx" }

    private var folderName: String { ownName }

    private func file(
        _ name: ModelName, _ version: Int, _ path: String, in folder: String, orAbove above: String? = nil
    ) -> ModelFile {
        let beside = Self.metadata(beside: path, in: folder) ?? above.flatMap { Self.metadata(beside: path, in: $0) }
        return ModelFile(name: name, version: version, path: path, metadataPath: beside)
    }

    private static func metadata(beside file: String, in folder: String) -> String? {
        let parts = file.split(separator: "/")
        let stem = Self.stem(parts.last.map(String.init) ?? "") ?? ""
        let own = "\(folder)/\(stem).metadata.json"
        if FileAccess.isFile(own) { return own }
        let shared = "\(folder)/metadata.json"
        // Beside several models a metadata.json could be anyone's: only model.onnx has it for its own.
        return stem == "model" && FileAccess.isFile(shared) ? shared : nil
    }

    /// `name` of `name.onnx`.
    private static func stem(_ file: String) -> String? { file.hasSuffix(".onnx") ? String(file.dropLast(5)) : nil }
}
