import AWSEvents
import Core
import JSON
import Spool

/// An endpoint that a test thinks up: it remembers which ids it took, and how often.
final class Receiver {
    var taken: [String: Int] = [:]
    var details: [String: Datum] = [:]
    var requests = 0
    /// What it does with a request; nil takes all of it.
    var mood: ((_ request: Int, _ entries: [PutEventsEntry]) -> Mood)?

    enum Mood {
        case take
        case refuse
        /// Takes everything, and the answer is lost.
        case takeAndSayNothing
        case status(Int, String)
        /// By place: the code of an entry that is not taken.
        case partly([Int: String])
    }

    func answer(_ body: [UInt8]) throws(Fault) -> (status: Int, body: [UInt8]) {
        requests += 1
        let entries = ((try? PutEvents.entries(in: body)) ?? []).compactMap { try? $0.get() }
        var codes: [Int: String] = [:]
        switch mood?(requests, entries) ?? .take {
        case .refuse: throw Fault(.unavailable, "connection refused")
        case .status(let status, let code): return (status, ServiceProblem(code, "made up").json)
        case .takeAndSayNothing:
            for entry in entries { take(entry) }
            throw Fault(.timeout, "no answer")
        case .partly(let refused): codes = refused
        case .take: break
        }
        let fates = entries.enumerated().map { place, entry -> PutEvents.Fate in
            if let code = codes[place] { return .failed(code: code, message: "made up") }
            take(entry)
            return .accepted(id: "\(requests)-\(place)")
        }
        return (200, PutEvents.answer(fates))
    }

    private func take(_ entry: PutEventsEntry) {
        guard let detail = try? Datum(json: Array(entry.detail.utf8)), let id = detail[EventID.key]?.text else {
            return
        }
        taken[id, default: 0] += 1
        details[id] = detail
    }
}
