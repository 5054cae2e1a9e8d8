internal import Core
internal import Crypto
internal import Depot

/// A line that runs what is activated and trusts nothing: before it runs a release it checks every byte of it.
final class ProofLine: Activator {
    /// A deadly release takes everything down with it.
    struct Death: Hashable { let release: SHA256Digest }

    private let steps: StepCounter
    private let shyness: Int
    private var asked = 0
    private(set) var running: [Place: SHA256Digest] = [:]
    private(set) var settledResult: DeploymentResult?
    private(set) var isDead = false
    /// What must never have happened.
    private(set) var evidence: [String] = []

    /// Those who are asked defer so often.
    init(_ steps: StepCounter, shyness: Int = 0) {
        self.steps = steps
        self.shyness = shyness
    }

    func verify(_ target: Target, in depot: Depot) throws(Fault) {
        guard let release = target.digest.flatMap({ ProofRelease.byDigest[$0] }), release.nature != .unsigned else {
            throw Fault(.invalid, "the release for \(target.place) is not signed")
        }
    }

    /// A second engine is started beside the one that runs.
    func stage(_ target: Target, in depot: Depot) throws(Fault) -> Progress {
        try steps.pass("spawn for staging \(target.place)")
        return .done
    }

    func quiesce(_ places: [Place]) throws(Fault) -> Consent {
        asked += 1
        return asked <= shyness ? .deferred(nanoseconds: 5 * Span64.second) : .granted
    }

    func activate(_ target: Target, in depot: Depot) throws(Fault) -> Progress {
        try steps.pass("spawn for \(target.place)")
        if let digest = target.digest { check(digest, target.place, depot) }
        running[target.place] = target.digest
        return .done
    }

    private func check(_ digest: SHA256Digest, _ place: Place, _ depot: Depot) {
        guard let release = ProofRelease.byDigest[digest] else {
            return evidence.append("\(place) runs \(digest), which nobody made")
        }
        if [.unsigned, .forged, .huge].contains(release.nature) {
            evidence.append("\(place) runs a release that is \(release.nature)")
        }
        if (try? depot.document(digest)) != release.document {
            evidence.append("the manifest of \(place) is not whole")
        }
        for blob in release.digests where !depot.isWhole(blob) {
            evidence.append("\(place) runs a release of which not every byte is there")
        }
    }

    func health(of place: Place) throws(Fault) -> Health {
        guard let digest = running[place], let release = ProofRelease.byDigest[digest] else {
            return .unhealthy("nothing runs there")
        }
        switch release.nature {
        case .sick: return .unhealthy("it is sick")
        case .slow: return .notYet
        case .deadly:
            isDead = true
            return .notYet
        default: return .healthy
        }
    }

    func forgetSettled() { settledResult = nil }

    func settled(_ finished: FinishedDeployment) { settledResult = finished.result }
}
