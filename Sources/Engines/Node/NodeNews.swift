internal import Core
internal import Depot
internal import JSON
internal import Spool

/// What the node itself has to tell: how deployments ended, and releases that stations took back.
final class NodeNews {
    private static let source = "lineside.node"
    private let spool: Spool?
    private let thing: String
    /// The last rollback that was told, of each station.
    private var told: [String: String] = [:]

    init(_ spool: Spool?, thing: String) {
        self.spool = spool
        self.thing = thing
    }

    func finished(_ deployment: FinishedDeployment) {
        post(
            "Deployment Finished",
            [
                "deploymentId": .text(deployment.id), "result": .text(deployment.result.rawValue),
                "reason": .text(deployment.reason),
            ], deployment.result == .succeeded ? .telemetry : .finding)
    }

    /// A station's page was heard.
    func look(_ station: String, _ state: Datum?) {
        guard let rollback = state?["rollback"]?.map, let at = rollback["at"]?.text, told[station] != at else { return }
        told[station] = at
        var detail = rollback
        detail["station"] = .text(station)
        post("Release Rolled Back", detail, .alarm)
    }

    private func post(_ type: String, _ detail: DatumMap, _ rank: SpoolRank) {
        var detail = detail
        detail["thing"] = .text(thing)
        do throws(Fault) {
            let event = try SpoolEvent(
                source: Self.source, detailType: type, detail: detail, rank: rank, wall: Int64(WallClock.milliseconds))
            spool?.post(event)
        } catch { Log.line("an event is not kept: \(error)") }
    }
}
