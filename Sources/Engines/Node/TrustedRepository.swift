internal import Core
internal import TrustKeeping
internal import WebClient

/// The signed repository of a deployment: what is believed of it, and where its files lie.
struct TrustedRepository {
    let client: ReleaseClient
    /// Nil where its files are read where they lie: in a folder, or on a stick.
    private let place: String?
    let plan: WebPlan

    init(_ client: ReleaseClient, at place: String? = nil, plan: WebPlan = WebPlan()) {
        self.client = client
        self.place = place.flatMap { $0.contains("://") ? $0 : nil }
        self.plan = plan
    }

    /// Where a server has a target's bytes.
    func address(of target: VerifiedTarget) -> String? {
        place.map { ReleaseSources.targets(of: $0) + "/" + PercentText.encoded(target.path, keepingSlash: true) }
    }
}
