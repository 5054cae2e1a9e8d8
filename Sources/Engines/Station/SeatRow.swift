internal import Core
internal import Images

/// All models of a station: the default one's seat, and one for each route. Whatever changes among them gives the row a new
/// edition: a PASS of a former edition is not believed by the PLC process.
///
/// Concurrency: confined to the decision thread.
package final class SeatRow {
    private let seats: [EngineSeat]
    private let plan: RoutePlan
    let routeNames: [String]
    private(set) var edition: UInt16
    /// How many parts each route took, the default's last.
    private(set) var taken: [UInt64]

    /// `routed` belong to the plan's rules, in their order.
    package init(_ usual: EngineSeat, routed: [EngineSeat], plan: RoutePlan, edition: UInt16) {
        precondition(routed.count == plan.rules.count)
        seats = [usual] + routed
        self.plan = plan
        routeNames = plan.rules.map(\.name) + ["default"]
        self.edition = max(1, edition)
        taken = Array(repeating: 0, count: routed.count + 1)
    }

    /// All but the default model's, which the release desk starts.
    func startRouted() { for seat in seats.dropFirst() { seat.start() } }

    /// The default model's seat: what people see, and what a new release is for.
    var usual: EngineSeat { seats[0] }

    var state: StationState {
        if seats.contains(where: { $0.release != nil }) { return .ready }
        return seats.contains(where: \.isWarming) ? .warming : .noModel
    }

    /// The edition that is at work; 0 when there is none.
    var activeEdition: UInt16 { state == .ready ? edition : 0 }

    var failure: Fault? { seats.lazy.compactMap(\.lastFailure).first }
    var restarts: UInt64 { seats.reduce(0) { $0 + $1.restarts } }
    var switches: UInt64 { seats.reduce(0) { $0 + $1.switches } }

    /// What happened at the default model's seat, and at the others. `isIdle`: no part is at a model, so that one may be
    /// replaced by another.
    func tend(_ now: Instant, isIdle: Bool) -> (usual: [SeatEvent], routed: [SeatEvent]) {
        let usual = seats[0].tend(now, isIdle: isIdle)
        let routed = seats.dropFirst().flatMap { $0.tend(now, isIdle: isIdle) }
        if (usual + routed).contains(where: \.changesModels) { renew() }
        return (usual, routed)
    }

    /// The default model's seat goes back to the release before, at once: what the other one still says is believed by nobody.
    func goBack() -> ReleaseFile? {
        guard let file = usual.goBack() else { return nil }
        renew()
        return file
    }

    private func renew() { edition = edition == .max ? 1 : edition + 1 }

    /// The model for a part whose frame is there; nil when it is not at work.
    func seat(for part: PendingPart, _ frame: FrameView) -> EngineSeat {
        guard !plan.rules.isEmpty else {
            taken[0] += 1
            return seats[0]
        }
        let facts = RouteFacts(
            partNumber: Int(part.partNumber), brightness: plan.needsFrame ? Self.brightness(frame) : 0,
            width: frame.width,
            height: frame.height)
        let place = plan.choose(facts)
        taken[place ?? plan.rules.count] += 1
        return seats[place.map { $0 + 1 } ?? 0]
    }

    /// The mean of every 16th pixel of every 16th row: enough to tell light from dark.
    private static func brightness(_ frame: FrameView) -> Double {
        var sum = 0
        var count = 0
        let step = 16
        for y in stride(from: 0, to: frame.height, by: step) {
            for x in stride(from: 0, to: frame.width * frame.format.bytesPerPixel, by: step) {
                sum += unsafe Int(frame.pixels[y * frame.stride + x])
                count += 1
            }
        }
        return Double(sum) / Double(max(1, count))
    }
}
