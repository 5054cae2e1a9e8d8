internal import Core
internal import Files
internal import TrustKeeping
internal import WebClient

/// The places that a repository may be in.
enum ReleaseSources {
    /// A metadata file is small: whoever needs longer for one is as good as away.
    private static let metadataMilliseconds = 60_000

    static func targets(of place: String) -> String { place + "/targets" }

    static func repository(
        _ place: String, _ web: WebClient, _ cancellation: WebCancellation
    ) -> any ReleaseSource {
        if place.contains("://") {
            return WebSource(
                web, metadataURL: place + "/metadata", targetsURL: targets(of: place), cancellation: cancellation,
                metadataMilliseconds: metadataMilliseconds)
        }
        let folder = FileAccess.isFolder(place + "/public") ? place + "/public" : place
        return FolderSource(metadata: folder + "/metadata", targets: folder + "/targets")
    }

    static func bundle(_ path: String) throws(Fault) -> any ReleaseSource {
        guard FileAccess.isFile(path) else { throw Fault(.notFound, "no bundle at \(path)") }
        return BundleSource(path)
    }
}
