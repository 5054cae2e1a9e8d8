internal import Core
internal import Files
internal import TrustKeeping
internal import WebClient

/// The places that a repository may be in.
enum ReleaseSources {
    static func repository(_ place: String, _ web: WebClient) -> any ReleaseSource {
        if place.contains("://") {
            return WebSource(web, metadataURL: place + "/metadata", targetsURL: place + "/targets")
        }
        let folder = FileAccess.isFolder(place + "/public") ? place + "/public" : place
        return FolderSource(metadata: folder + "/metadata", targets: folder + "/targets")
    }

    static func bundle(_ path: String) throws(Fault) -> any ReleaseSource {
        guard FileAccess.isFile(path) else { throw Fault(.notFound, "no bundle at \(path)") }
        return BundleSource(path)
    }
}
