internal import Core
internal import Crypto
internal import Recipes

/// What a deployment would change, for people and programs.
struct PlanReport {
    private let composed: Composer.Composed
    private let desk: NodeDesk

    init(_ composed: Composer.Composed, _ desk: NodeDesk) {
        self.composed = composed
        self.desk = desk
    }

    var datum: Datum {
        ["components": .list(components), "stations": .list(stations), "configuration": .list(losses)]
    }

    private var components: [Datum] {
        guard let plan = composed.plan else { return [] }
        let before = desk.activator.generation
        return plan.changes.entries.map { entry in
            [
                "name": .text(entry.name.text), "from": before[entry.name].map { .text("\($0.version)") } ?? .null,
                "to": plan.generation[entry.name].map { .text("\($0.version)") } ?? .null,
                "change": .text(entry.change.rawValue), "reasons": .list(entry.reasons.map { .text($0) }),
            ]
        }
    }

    private var losses: [Datum] { composed.plan?.losses.map { .text($0) } ?? [] }

    private var stations: [Datum] {
        composed.stations.map { station in
            let before = station.from.flatMap { try? desk.activator.index($0, in: desk.depot) }
            return [
                "name": .text(station.name), "from": before.map { .text("\($0.name) \($0.version)") } ?? .null,
                "from_digest": station.from.map { .text("sha256:\($0)") } ?? .null,
                "to": .text("\(station.index.name) \(station.index.version)"),
                "to_digest": .text("sha256:\(station.to)"),
                "change": .text(station.from == station.to ? "none" : "release"),
            ]
        }
    }
}
