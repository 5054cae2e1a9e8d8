internal import Components
internal import Core
internal import JSON
internal import Spool

/// What a node tells CloudWatch, made from what it and its stations say of themselves: a pure plan but for the counts of the
/// last time, from which those of a station are told apart.
struct Figures: Sendable {
    static let namespace = "Lineside"
    /// What a station counts from its start, under our names.
    private static let counters: [(name: String, path: [String])] = [
        ("Passes", ["counts", "pass"]), ("Rejects", ["counts", "reject"]), ("Reviews", ["counts", "review"]),
        ("LostVerdicts", ["counts", "lost_verdicts"]), ("EngineRestarts", ["counts", "engine_restarts"]),
        ("DeadlineMisses", ["budget", "misses"]),
    ]

    private let thing: String
    private var last: [String: [String: Double]] = [:]

    init(thing: String) { self.thing = thing }

    /// The data of one moment; a station's counts are those since the moment before.
    mutating func data(
        _ stations: [NodeBoard.Station], components: [String], waiting: Int, dropped: Int, bytes: Int, at wall: Int64
    ) -> [Datum] {
        let broken = components.filter { $0 == "BROKEN" || $0 == "ERRORED" }.count
        var data = [
            datum("MemoryBytes", Double(bytes), "Bytes", wall),
            datum("Components", Double(components.count), "Count", wall),
            datum("ComponentsBroken", Double(broken), "Count", wall),
            datum("EventsWaiting", Double(waiting), "Count", wall),
            datum("EventsDropped", Double(dropped), "Count", wall),
        ]
        for station in stations { data += self.data(station, at: wall) }
        return data
    }

    private mutating func data(_ station: NodeBoard.Station, at wall: Int64) -> [Datum] {
        var data = [datum("Answers", station.state == nil ? 0 : 1, "None", wall, station.name)]
        guard let state = station.state else { return data }
        var counts: [String: Double] = [:]
        for (name, path) in Self.counters {
            counts[name] = path.reduce(Optional(state)) { $0?[$1] }?.number
        }
        counts["NotJudged"] = Self.unjudged(state)
        if let before = last[station.name] {
            for (name, count) in counts.sorted(by: { $0.key < $1.key }) {
                let known = before[name] ?? 0
                // A station that was started again counts from nothing.
                data.append(datum(name, count >= known ? count - known : count, "Count", wall, station.name))
            }
        }
        last[station.name] = counts
        for stage in state["stages"]?.list ?? [] {
            guard let name = stage["name"]?.text, let slow = stage["p99_ms"]?.number else { continue }
            let title = "\(name.prefix(1).uppercased())\(name.dropFirst())Milliseconds99"
            data.append(datum(title, slow, "Milliseconds", wall, station.name))
        }
        if let slow = state["budget"]?["p99_ms"]?.number {
            data.append(datum("PartMilliseconds99", slow, "Milliseconds", wall, station.name))
        }
        return data
    }

    /// Parts that got the fail-safe, for whatever reason.
    private static func unjudged(_ state: Datum) -> Double {
        (state["counts"]?["by_reason"]?.map?.members ?? []).reduce(0) { sum, row in
            sum + (Reason.allCases.first { $0.name == row.key }?.isJudgement ?? true ? 0 : row.value.number ?? 0)
        }
    }

    private func datum(
        _ name: String, _ value: Double, _ unit: String, _ wall: Int64, _ station: String? = nil
    ) -> Datum {
        var dimensions: [Datum] = [["Name": "Thing", "Value": .text(thing)]]
        if let station { dimensions.append(["Name": "Station", "Value": .text(station)]) }
        return [
            "MetricName": .text(name), "Value": .number(value), "Unit": .text(unit),
            "Timestamp": .number(Double(wall) / 1000), "Dimensions": .list(dimensions),
        ]
    }
}
