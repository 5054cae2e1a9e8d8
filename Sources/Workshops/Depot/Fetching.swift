internal import Core
internal import Crypto

/// Brings what a deployment needs into the depot, one blob a turn.
struct Fetching {
    /// Whose stored part turned out wrong; they were begun anew, once.
    private var begunAnew: Set<SHA256Digest> = []

    /// False when there is nothing left to fetch.
    mutating func turn(
        _ deployment: Deployment, into depot: Depot, from source: any BlobSource, until isCancelled: () -> Bool
    ) throws(Fault) -> Bool {
        guard let blob = try Self.missing(deployment, in: depot).first else { return false }
        let intake = try depot.intake(blob)
        do throws(Fault) {
            if intake.missing > 0 {
                try source.deliver(blob, from: intake.offset) { bytes throws(Fault) in
                    try intake.append(bytes)
                    return !isCancelled() && intake.missing > 0
                }
            }
        } catch {
            // The fault is what matters; what cannot be kept is fetched again.
            try? intake.pause()
            throw error
        }
        guard intake.missing == 0 else {
            try intake.pause()
            throw Fault(.unavailable, "the source stopped in the middle of blob \(blob.digest)")
        }
        do throws(Fault) { try intake.finish() } catch {
            guard error.code == .damaged, intake.isResumed, begunAnew.insert(blob.digest).inserted else { throw error }
        }
        return true
    }

    /// In the order of the documents, each once.
    private static func missing(_ deployment: Deployment, in depot: Depot) throws(Fault) -> [BlobReference] {
        var missing: [BlobReference] = []
        for target in deployment.targets {
            guard let digest = target.digest else { continue }
            for blob in try depot.needs(of: digest) where !depot.holds(blob.digest) && !missing.contains(blob) {
                missing.append(blob)
            }
        }
        return missing
    }
}
