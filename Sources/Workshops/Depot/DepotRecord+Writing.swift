internal import Crypto

/// The record as text, for people with nothing but `cat`. The last line is the SHA-256 of those before it.
extension DepotRecord {
    static let heading = "lineside-depot 2"
    /// As it was before the record said what can be undone.
    static let headings = [heading, "lineside-depot 1"]

    var text: [UInt8] {
        var lines = [["edition", "\(edition)"]]
        for (place, pointers) in places.sorted(by: { $0.key < $1.key }) { lines += Self.lines(place, pointers) }
        for (group, created) in groups.sorted(by: { $0.key < $1.key }) { lines.append(["group", group, "\(created)"]) }
        for place in undoable { lines.append(["undo", place.description]) }
        if let running { lines += Self.lines(running) }
        for finished in history {
            lines.append([
                "finished", finished.id, finished.group, "\(finished.created)", finished.result.rawValue,
                "\(finished.finished)", finished.reason,
            ])
        }
        let text = Self.heading + "\n" + lines.map { RecordLine($0).text + "\n" }.joined()
        return Array(text.utf8) + Array("sum \(SHA256.digest(of: Array(text.utf8)))\n".utf8)
    }

    private static func lines(_ place: Place, _ pointers: PlacePointers) -> [[String]] {
        let digests = [pointers.active, pointers.good, pointers.before, pointers.candidate]
        return [["place", place.description] + digests.map(word)]
            + pointers.held.map { ["held", place.description, "\($0)"] }
    }

    private static func lines(_ running: Running) -> [[String]] {
        let deployment = running.deployment
        let update =
            switch deployment.updatePolicy {
            case .notify(let nanoseconds): "\(nanoseconds)"
            case .skip: "skip"
            }
        let stage =
            switch running.stage {
            case .arriving: "arriving"
            case .activated(let restarts): "activated:\(restarts)"
            case .restored: "restored"
            }
        let limits = deployment.limits
        let head = [
            "running", deployment.id, deployment.group, "\(deployment.created)", deployment.failurePolicy.rawValue,
            update,
            "\(limits.staging)", "\(limits.proving)", "\(limits.restoring)", "\(limits.restarts)",
            deployment.takesHeld ? "takes-held" : "-",
            deployment.holdsReplaced ? "holds-replaced" : "-", stage, running.reason,
        ]
        return [head] + deployment.targets.map { ["target", $0.place.description, word($0.digest)] }
    }

    private static func word(_ digest: SHA256Digest?) -> String { digest?.description ?? "-" }
}
