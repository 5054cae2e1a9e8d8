internal import Core
internal import Files
internal import TrustKeeping
internal import WebClient

/// The signed repository that the node trusts, wherever it is reached.
struct TrustedReleases {
    private let settings: NodeConfiguration.Releases
    private let folder: String
    private let repository: String?
    private let web: WebClient

    /// A node that trusts a root and names no repository takes its hub's.
    init(_ configuration: NodeConfiguration, folder: String) throws(Fault) {
        settings = configuration.releases
        self.folder = folder
        let hub = configuration.hub
        let place = settings.repository ?? (settings.root == nil ? nil : hub?.releases)
        repository = place
        var plan = WebPlan()
        if let hub, let place, place.hasPrefix(hub.releases) { plan = hub.webPlan }
        web = try WebClient(plan)
    }

    /// The repository's client: of a bundle on a stick, or of the configured repository.
    func client(bundle: String?) throws(Fault) -> ReleaseClient? {
        guard let root = settings.root else {
            if let bundle {
                throw Fault(
                    .invalid, "\(bundle) cannot be trusted", hint: "set releases.root: the root.json that you trust")
            }
            return nil
        }
        let store = MetadataStore(folder)
        if !FileAccess.isFile(folder + "/root.json") {
            try store.begin(root: try FileAccess.read(root, limit: 1 << 20))
        }
        if let bundle { return ReleaseClient(store, try ReleaseSources.bundle(bundle)) }
        guard let repository else { return nil }
        return ReleaseClient(store, ReleaseSources.repository(repository, web))
    }
}
