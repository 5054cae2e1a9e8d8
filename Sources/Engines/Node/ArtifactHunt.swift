internal import Core
internal import Crypto
internal import Files
internal import Recipes

/// Finds a component's artifacts before anything is fetched: what bytes they are, and where they lie.
struct ArtifactHunt {
    /// Files that lie under NAME/VERSION/FILE there go before every address in the recipe.
    let folder: String?
    /// How long a file at an address is; asked only where the recipe says its digest.
    let length: (String) throws(Fault) -> Int
    /// Tells where an artifact is to be had that lies with whoever gave out the recipe.
    typealias Shelf = @Sendable (_ component: String, _ artifact: String) throws(Fault) -> String
    let shelf: Shelf?
    private(set) var origins = Origins()
    /// Files that are part of their recipes.
    private(set) var documents: [[UInt8]] = []

    init(folder: String?, shelf: Shelf? = nil, length: @escaping (String) throws(Fault) -> Int) {
        self.folder = folder
        self.shelf = shelf
        self.length = length
    }

    mutating func find(_ artifact: Artifact, of component: ReadyComponent) throws(Fault) -> FileReference {
        let found = try look(artifact, component)
        if let wanted = artifact.digest, wanted != found.digest {
            throw Fault(
                .invalid,
                "digest mismatch: artifact \(artifact.fileName) of \(component.name) \(component.version) is \(found.digest), and its recipe says \(wanted)",
                hint: "the file or the recipe was changed; publish a new version of the component")
        }
        return FileReference(path: artifact.fileName, digest: found.digest, bytes: found.bytes)
    }

    private mutating func look(
        _ artifact: Artifact, _ component: ReadyComponent
    ) throws(Fault) -> (digest: SHA256Digest, bytes: Int) {
        if let folder {
            let path = "\(folder)/\(component.name)/\(component.version)/\(artifact.fileName)"
            if FileAccess.isFile(path) { return try take(path) }
        }
        switch artifact.source {
        case .inline(let bytes, _):
            documents.append(bytes)
            return (SHA256.digest(of: bytes), bytes.count)
        case .file(let path): return try take(path)
        case .https(let address): return try web(address, artifact, component)
        case .greengrass(let uri):
            guard let shelf else { throw missing(artifact, component) }
            let address = try shelf(component.name.text, String(uri.drop { $0 != ":" }.dropFirst()))
            return try web(address, artifact, component)
        case .s3: throw missing(artifact, component)
        }
    }

    private mutating func web(
        _ address: String, _ artifact: Artifact, _ component: ReadyComponent
    ) throws(Fault) -> (digest: SHA256Digest, bytes: Int) {
        guard let digest = artifact.digest else {
            throw Fault(
                .invalid,
                "artifact \(artifact.source.description) of \(component.name) \(component.version) has no digest",
                hint: "give Digest and Algorithm in its recipe: without them nobody knows what came")
        }
        origins[digest] = .web(address)
        return (digest, try length(address))
    }

    private func missing(_ artifact: Artifact, _ component: ReadyComponent) -> Fault {
        Fault(
            .notFound,
            "artifact \(artifact.source.description) of \(component.name) \(component.version) is not at hand",
            hint:
                "put it under \(folder ?? "ARTIFACTS")/\(component.name)/\(component.version)/ and name that folder with --artifacts"
        )
    }

    private mutating func take(_ path: String) throws(Fault) -> (digest: SHA256Digest, bytes: Int) {
        guard FileAccess.isFile(path) else { throw Fault(.notFound, "there is no file at \(path)") }
        let found = try FileDigest.of(path)
        origins[found.digest] = .file(path)
        return found
    }
}
