internal import Core
internal import Crypto

/// Reads the files that a manifest brings, and sees to it that each has a name of its own.
enum ArtifactReader {
    private static let keys = ["Uri", "Digest", "Algorithm", "Unarchive", "Permission"]

    static func artifacts(
        _ place: RecipePlace, _ lifecycle: Lifecycle, _ warnings: inout [RecipeWarning]
    ) throws(Fault) -> [Artifact] {
        var artifacts: [Artifact] = []
        var unnamed: [(index: Int, path: String)] = []
        for element in try place.list() {
            let keys = RecipeKeys(try element.members(), path: element.path, known: Self.keys, &warnings)
            let artifact = try artifact(keys, &warnings)
            if artifact.fileName.isEmpty { unnamed.append((artifacts.count, element.path)) }
            artifacts.append(artifact)
        }
        for (index, path) in unnamed {
            artifacts[index].fileName = try name(path, artifacts.map(\.fileName), lifecycle)
        }
        try checkNames(artifacts, place)
        return artifacts
    }

    private static func artifact(_ keys: RecipeKeys, _ warnings: inout [RecipeWarning]) throws(Fault) -> Artifact {
        guard let uri = keys["Uri"] else { throw Fault(.invalid, "\(keys.path(of: "Uri")): it is missing") }
        let text = try uri.text()
        let source: ArtifactSource
        do throws(Fault) { source = try ArtifactSource(parsing: text) } catch { throw uri.at(error) }
        if source.fileName == nil {
            guard case .inline = source else { throw uri.wrong("an address that ends in a file's name is wanted") }
        }
        guard source.fileName?.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) ?? true else {
            throw uri.wrong("a file's name without control characters is wanted")
        }
        var artifact = Artifact(source: source, fileName: source.fileName ?? "")
        artifact.digest = try digest(keys)
        artifact.unarchive = try keys["Unarchive"]?.choice(Artifact.Unarchive.self) ?? .none
        if let place = keys["Permission"] {
            let permission = RecipeKeys(try place.members(), path: place.path, known: ["Read", "Execute"], &warnings)
            artifact.read = try permission["Read"]?.choice(Artifact.Access.self) ?? .owner
            artifact.execute = try permission["Execute"]?.choice(Artifact.Access.self) ?? .none
        }
        return artifact
    }

    private static func digest(_ keys: RecipeKeys) throws(Fault) -> SHA256Digest? {
        if let place = keys["Algorithm"] {
            let name = try place.text().uppercased()
            guard name == "SHA-256" || name == "SHA256" else { throw place.wrong("SHA-256 is wanted") }
        }
        guard let place = keys["Digest"] else { return nil }
        let text = try place.text()
        guard let digest = SHA256Digest(parsing: text) ?? Base64.bytes(text).flatMap(SHA256Digest.init) else {
            throw place.wrong("a SHA-256 is wanted: 64 hexadecimal digits, or base64 of 32 bytes")
        }
        return digest
    }

    /// A file in a `data:` URI has no name of its own: it is the one that the lifecycle asks for and nothing else brings.
    private static func name(_ path: String, _ taken: [String], _ lifecycle: Lifecycle) throws(Fault) -> String {
        let order: [StepName] = [.run, .startup, .install, .bootstrap, .shutdown, .recover, .uninstall]
        for step in order.compactMap({ lifecycle.steps[$0] }) {
            for name in names(in: step.script) where !taken.contains(name) { return name }
        }
        throw Fault(
            .invalid, "\(path).Uri: the data: URI has no file name, and no script names a file of {artifacts:path}/",
            hint: "write data:text/plain;name=FILE;base64,...")
    }

    /// The files that a script looks for among the component's artifacts.
    static func names(in script: String) -> [String] {
        var names: [String] = []
        var rest = script[...]
        while let mark = rest.firstRange(of: "{artifacts:path}/") {
            rest = rest[mark.upperBound...]
            let name = rest.prefix { $0.isASCII && $0.utf8.allSatisfy(ComponentName.isAllowed) }
            if !name.isEmpty { names.append(String(name)) }
        }
        return names
    }

    private static func checkNames(_ artifacts: [Artifact], _ place: RecipePlace) throws(Fault) {
        var seen: [String: Int] = [:]
        for (index, artifact) in artifacts.enumerated() {
            guard let other = seen.updateValue(index, forKey: artifact.fileName) else { continue }
            throw Fault(
                .invalid, "\(place.path)[\(index)].Uri: two artifacts have the file name \"\(artifact.fileName)\"",
                hint: "the other is \(place.path)[\(other)]")
        }
    }
}
