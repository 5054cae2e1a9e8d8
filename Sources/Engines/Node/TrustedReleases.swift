internal import Core
internal import Files
internal import TrustKeeping
internal import WebClient

/// The signed repository that the node trusts, wherever it is reached.
struct TrustedReleases {
    private let settings: NodeConfiguration.Releases
    private let folder: String
    private let repository: String?
    private let plan: WebPlan
    private let web: WebClient
    private let cancellation: WebCancellation

    /// A node that trusts a root and names no repository takes its hub's.
    init(_ configuration: NodeConfiguration, folder: String, cancellation: WebCancellation) throws(Fault) {
        self.cancellation = cancellation
        settings = configuration.releases
        self.folder = folder
        let hub = configuration.hub
        let place = settings.repository ?? (settings.root == nil ? nil : hub?.releases)
        repository = place
        var plan = WebPlan()
        if let hub, let place, place.hasPrefix(hub.releases) { plan = hub.webPlan }
        self.plan = plan
        web = try WebClient(plan)
    }

    /// A bundle on a stick, or the configured repository.
    func repository(bundle: String?) throws(Fault) -> TrustedRepository? {
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
        if let bundle { return TrustedRepository(ReleaseClient(store, try ReleaseSources.bundle(bundle))) }
        guard let repository else { return nil }
        let source = ReleaseSources.repository(repository, web, cancellation)
        return TrustedRepository(ReleaseClient(store, source), at: repository, plan: plan)
    }
}
