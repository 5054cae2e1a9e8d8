internal import Core
internal import Crypto

/// Brings what a deployment needs into the depot, one blob after the other, each in as many turns as its source wants:
/// nobody waits for one that is slow.
struct Fetching {
    enum Turn {
        case progressed
        /// The source has given nothing this time.
        case notYet
        /// There is nothing left to fetch.
        case done
    }

    /// Whose stored part turned out wrong; they were begun anew, once.
    private var begunAnew: Set<SHA256Digest> = []
    /// What is open between two turns.
    private var open: BlobIntake?
    /// It came in more than one answer.
    private var isPieced = false

    mutating func turn(
        _ deployment: Deployment, into depot: Depot, from source: any BlobSource, until isCancelled: () -> Bool
    ) throws(Fault) -> Turn {
        guard let intake = try intake(deployment, into: depot) else { return .done }
        let before = intake.offset
        do throws(Fault) {
            if intake.missing > 0 {
                try source.deliver(intake.blob, from: before) { bytes throws(Fault) in
                    try intake.append(bytes)
                    return !isCancelled() && intake.missing > 0
                }
            }
        } catch {
            // The fault is what matters; what cannot be kept is fetched again.
            try? pause()
            throw error
        }
        guard intake.missing == 0 else {
            isPieced = true
            return intake.offset > before ? .progressed : .notYet
        }
        try finish(intake)
        return .progressed
    }

    /// Stops for now: what has come is kept.
    mutating func pause() throws(Fault) {
        defer { open = nil }
        try open?.pause()
    }

    /// The one that is open, or the first that is missing.
    private mutating func intake(_ deployment: Deployment, into depot: Depot) throws(Fault) -> BlobIntake? {
        if let open { return open }
        guard let blob = try Self.missing(deployment, in: depot).first else { return nil }
        let intake = try depot.intake(blob)
        isPieced = intake.isResumed
        open = intake
        return intake
    }

    private mutating func finish(_ intake: BlobIntake) throws(Fault) {
        open = nil
        do throws(Fault) { try intake.finish() } catch {
            guard error.code == .damaged, isPieced, begunAnew.insert(intake.blob.digest).inserted else { throw error }
        }
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
