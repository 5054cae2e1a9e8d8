internal import Components
internal import Core
internal import Crypto
internal import Depot
internal import Files
internal import Recipes

/// What a node does with its places: components run in their house, a station's release is laid out and its station asked to
/// change over. Every call may come again after a power cut, whatever had happened of it.
///
/// Confined to the node's thread.
final class NodeActivator: Activator {
    private let house: ComponentHouse
    private let node: NodeFacts
    private let depot: Depot
    private(set) var stations: [String: StationHand]
    /// The deployment under way takes releases that were held.
    var takesHeld = false
    /// How long a component must have been running.
    private let steady: UInt64
    /// When each place was last given what it runs.
    private var activatedAt: [Place: Instant] = [:]
    /// Since when a station was not heard to run what it was told to.
    private var strayingSince: [Place: Instant] = [:]
    /// How long components may take, also where a station's release takes longer; and how long a station may be without
    /// its release.
    private let proving: UInt64
    /// What runs in the components' place.
    private(set) var generation = Generation()
    private(set) var ready: [ReadyComponent] = []
    private static let indexesMax = 32
    private var indexes: [SHA256Digest: ReleaseIndex] = [:]

    init(
        _ house: ComponentHouse, node: NodeFacts, stations: [String: StationHand],
        limits: (steady: UInt64, proving: UInt64), depot: Depot
    ) {
        (steady, proving) = limits
        self.house = house
        self.depot = depot
        self.node = node
        self.stations = stations
    }

    func yard(_ depot: Depot) -> PackageYard { PackageYard(folders: node.folders, depot: depot) }

    func generation(_ digest: SHA256Digest?, in depot: Depot) throws(Fault) -> Generation {
        guard let digest else { return Generation() }
        return try Generation(try depot.document(digest))
    }

    /// Asked for every second, by digest: what was read once is what it will ever be.
    func index(_ digest: SHA256Digest, in depot: Depot) throws(Fault) -> ReleaseIndex {
        if let known = indexes[digest] { return known }
        let index = try ReleaseIndex(try depot.document(digest))
        if indexes.count >= Self.indexesMax { indexes = [:] }
        indexes[digest] = index
        return index
    }

    func shelf(_ generation: Generation, in depot: Depot) throws(Fault) -> RecipeShelf {
        var shelf = try RecipeShelf([])
        try shelf.add(generation, in: depot)
        return shelf
    }

    private func hand(_ place: Place) throws(Fault) -> StationHand {
        let name = place.stationName ?? ""
        guard let hand = stations[name] else {
            throw Fault(
                .notFound, "there is no station '\(name)' on this node",
                hint:
                    "it has \(stations.keys.sorted().joined(separator: ", ")); stations are listed in its configuration"
            )
        }
        return hand
    }

    // MARK: the deployer's calls

    func verify(_ target: Target, in depot: Depot) throws(Fault) {
        guard target.place == .components else {
            _ = try hand(target.place)
            if let digest = target.digest { _ = try index(digest, in: depot) }
            return
        }
        let generation = try generation(target.digest, in: depot)
        _ = try ComponentSpecs.ready(generation, shelf(generation, in: depot), node)
    }

    func stage(_ target: Target, in depot: Depot) throws(Fault) -> Progress {
        guard let digest = target.digest else { return .done }
        if target.place != .components {
            let hand = try hand(target.place)
            try hand.check(try lay(digest, at: hand, in: depot), despiteHold: takesHeld)
            return .done
        }
        let generation = try generation(digest, in: depot)
        let ready = try ComponentSpecs.ready(generation, shelf(generation, in: depot), node)
        // A version that runs now is not touched before its time.
        for component in ready where self.generation[component.name]?.version != component.version {
            try yard(depot).lay(component, generation[component.name]?.artifacts ?? [])
        }
        return .done
    }

    /// Components cannot be asked without IPC, and a station changes over between two parts whenever it is.
    func quiesce(_ places: [Place]) throws(Fault) -> Consent { .granted }

    func activate(_ target: Target, in depot: Depot) throws(Fault) -> Progress {
        guard target.place == .components else { return try activateStation(target, in: depot) }
        let generation = try generation(target.digest, in: depot)
        let ready = try ComponentSpecs.ready(generation, shelf(generation, in: depot), node)
        for component in ready { try yard(depot).lay(component, generation[component.name]?.artifacts ?? []) }
        try house.change(to: ComponentSpecs.specs(ready, of: generation, on: node))
        self.generation = generation
        self.ready = ready
        activatedAt[.components] = .now
        return .done
    }

    private func activateStation(_ target: Target, in depot: Depot) throws(Fault) -> Progress {
        let hand = try hand(target.place)
        activatedAt[target.place] = .now
        if isWayBack || strayingSince[target.place] == nil { strayingSince[target.place] = .now }
        let isReached =
            if let digest = target.digest {
                try hand.run(try lay(digest, at: hand, in: depot), despiteHold: takesHeld)
            } else {
                // Nothing was deployed before: the station's own model comes back.
                try hand.runAsConfigured()
            }
        guard !isReached else { return .done }
        if let why = straying(target.place, hand) { throw Fault(.unavailable, why) }
        return .notYet
    }

    /// Where a station finds the model of a release that is laid out for it.
    private func lay(_ digest: SHA256Digest, at hand: StationHand, in depot: Depot) throws(Fault) -> String {
        try yard(depot).lay(try index(digest, in: depot), digest, at: hand.name)
        return yard(depot).releaseFolder(hand.name, digest) + "/model.onnx"
    }

    /// After a start: what was active runs on, and a station that runs is left as it is.
    func bringBack(_ place: Place) throws(Fault) {
        let active = depot.record[place].active
        guard place != .components else {
            _ = try activate(Target(place, active), in: depot)
            return
        }
        let hand = try hand(place)
        guard let active else { return try hand.resumeAsConfigured() }
        try hand.resume(try lay(active, at: hand, in: depot))
    }

    private var isWayBack: Bool { depot.record.running?.stage == .restored }

    func health(of place: Place) throws(Fault) -> Health {
        guard place == .components else { return try stationHealth(place) }
        let rows = house.rows
        if let broken = rows.first(where: { $0.state == .broken }) {
            return .unhealthy("\(broken.name) \(broken.version) is BROKEN: \(broken.reason)")
        }
        let wall = WallClock.milliseconds
        let isUp = ready.allSatisfy { component in
            rows.contains {
                $0.name == component.name.text && $0.version == "\(component.version)" && isSteady($0, wall)
            }
        }
        // What is not to be there any more may still be ending.
        let stays = Set(ready.map(\.name.text))
        if isUp, rows.allSatisfy({ stays.contains($0.name) }) { return .healthy }
        guard Instant.now.since(activatedAt[place] ?? .now) > proving else { return .notYet }
        let waiting = rows.filter { !isSteady($0, wall) }.map { "\($0.name) is \($0.state.rawValue)" }
        return .unhealthy("not healthy within \(proving / Span64.second) s: \(waiting.joined(separator: ", "))")
    }

    /// What has only just started may end again at once.
    private func isSteady(_ row: ComponentRow, _ wall: UInt64) -> Bool {
        row.state == .finished || row.state == .running && wall >= row.since + steady / Span64.millisecond
    }

    /// How a station does with the release that is active. On the way back it is enough that it runs.
    private func stationHealth(_ place: Place) throws(Fault) -> Health {
        let hand = try hand(place)
        guard let digest = depot.record[place].active else { return .healthy }
        // What the station said before it was asked is about another release.
        let heard = hand.heard
        guard let asked = activatedAt[place], heard.at > asked else { return .notYet }
        guard let state = heard.state else { return waiting(for: place, hand) }
        let since = CivilTime(
            milliseconds: Int64(WallClock.milliseconds) - Int64(Instant.now.since(asked) / Span64.millisecond)
        ).iso
        let wanted = try index(digest, in: depot).stationDigest
        let runs = state["release"]?["digest"]?.text
        if runs != wanted {
            if let rollback = state["rollback"], rollback["from"]?.text == wanted, rollback["at"]?.text ?? "" >= since {
                return .unhealthy("\(rollback["trigger"]?.text ?? "rollback"): \(rollback["evidence"]?.text ?? "")")
            }
            let refusal = state["alarms"]?.list?.first {
                $0["code"]?.text == "RELEASE_REFUSED" && $0["since"]?.text ?? "" >= since
            }
            return refusal.map { .unhealthy("\($0["text"]?.text ?? "refused")") } ?? waiting(for: place, hand)
        }
        strayingSince[place] = .now
        return isWayBack || state["release"]?["phase"]?.text == "proved" ? .healthy : .notYet
    }

    private func waiting(for place: Place, _ hand: StationHand) -> Health {
        straying(place, hand).map { .unhealthy($0) } ?? .notYet
    }

    /// A station whose release proves itself may take as long as its parts do; one that does not run it, or says
    /// nothing, may not. The way back has a time of its own.
    private func straying(_ place: Place, _ hand: StationHand) -> String? {
        guard !isWayBack, let since = strayingSince[place], Instant.now.since(since) > proving else { return nil }
        let what = hand.state == nil ? "does not answer" : "does not run the release"
        let line = hand.heard.lastLine
        return "station \(hand.name) \(what) within \(proving / Span64.second) s"
            + (line.isEmpty ? "" : "; the last that it printed: \(line)")
    }

    func settled(_ finished: FinishedDeployment) {
        strayingSince = [:]
        Log.line(
            "deployment \(finished.id): \(finished.result.rawValue)\(finished.reason.isEmpty ? "" : ", \(finished.reason)")"
        )
    }
}

extension ReleaseIndex {
    /// As a station names the release: over model and metadata together.
    var stationDigest: String {
        var sha = SHA256()
        for name in ["model.onnx", "metadata.json"] {
            if let file = files.first(where: { $0.path == name }) { sha.update(file.digest.bytes) }
        }
        return "sha256:\(sha.finish())"
    }
}
