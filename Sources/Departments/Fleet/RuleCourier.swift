internal import Core
internal import Database
internal import Records
internal import TopicRules

/// Carries out what rules have written down, in its order, and forgets each when it is done. What cannot be done now is
/// tried again, later each time; what cannot be done at all goes to the rule's error action.
///
/// Concurrency: one thread; the table is the queue, so that a hub that was killed goes on where it was. Whoever
/// receives is in the house, and takes no longer than its disk.
final class RuleCourier: Sendable {
    private static let batchMax: Int64 = 500
    private static let batchBytesMax = 16 << 20
    /// For one receiver at once.
    private static let partMax = 250
    private static let triesMax = 12
    private static let firstPause: Int64 = 500
    private static let longestPause: Int64 = 60_000

    private let rounds = Rounds()

    func start(_ desk: RuleDesk, _ actions: any TopicActions) {
        // What could not be settled is done again: not at once, over and over.
        let pause = BackOff(shortest: Span64.second / 2, longest: 60 * Span64.second)
        rounds.start("rules", pause, stackBytes: 8 << 20) { [self] pause in
            do throws(ServiceProblem) {
                let isBusy = try carry(desk, actions)
                pause.reset()
                return isBusy ? .none : .nap(Span64.second / 2)
            } catch {
                desk.quiet.line("courier", "what rules have to do waits: \(error.message)")
                return .rest(pause.next())
            }
        }
    }

    func ring() { rounds.ring() }
    func stop() { rounds.stop() }

    // MARK: a round

    /// One thing of many, by where it stands in the round.
    private struct Errand {
        let carriage: Int
        let place: TopicAction.Place
        let payload: [UInt8]
        var action: TopicAction { TopicAction(place: place, payload: payload) }
    }

    /// False when there was nothing to be done now.
    private func carry(_ desk: RuleDesk, _ actions: any TopicActions) throws(ServiceProblem) -> Bool {
        let carriages = try due(desk)
        guard !carriages.isEmpty else { return false }
        var round = Round(carriages)
        for errands in parts(of: carriages) { attempt(errands, actions, &round) }
        try settle(round, desk)
        return true
    }

    private func due(_ desk: RuleDesk) throws(ServiceProblem) -> [RuleCarriage] {
        try desk.shelf.read { database throws(Fault) in
            var carriages: [RuleCarriage] = []
            var bytes = 0
            try database.forEachRow(
                "SELECT \(RuleCarriage.columns) FROM carriages WHERE due <= ? ORDER BY due, n LIMIT ?",
                [.now, .int(Self.batchMax)]
            ) { row throws(Fault) in
                let carriage = try RuleCarriage(row)
                bytes += carriage.byteCount
                carriages.append(carriage)
                return bytes < Self.batchBytesMax
            }
            return carriages
        }
    }

    /// Together what has one receiver, in its order.
    private func parts(of carriages: [RuleCarriage]) -> [[Errand]] {
        var order: [String] = []
        var byReceiver: [String: [Errand]] = [:]
        for (number, carriage) in carriages.enumerated() {
            for place in carriage.places {
                if byReceiver[place.receiver] == nil { order.append(place.receiver) }
                byReceiver[place.receiver, default: []].append(
                    Errand(carriage: number, place: place, payload: carriage.payload))
            }
        }
        return order.flatMap { receiver -> [[Errand]] in
            let errands = byReceiver[receiver] ?? []
            return stride(from: 0, to: errands.count, by: Self.partMax).map {
                Array(errands[$0..<min($0 + Self.partMax, errands.count)])
            }
        }
    }

    private func attempt(_ errands: [Errand], _ actions: any TopicActions, _ round: inout Round) {
        do throws(ServiceProblem) {
            try actions.carry(errands.map(\.action))
            for errand in errands { round.done(errand.place, of: errand.carriage) }
        } catch {
            // One that is refused is not to take the others along.
            guard error.status >= 500 || errands.count == 1 else {
                for errand in errands { attempt([errand], actions, &round) }
                return
            }
            for errand in errands { round.failed(errand.place, of: errand.carriage, error) }
        }
    }

    /// What has become of the carriages of a round.
    private struct Round: Sendable {
        private(set) var carriages: [RuleCarriage]
        /// What was said under which topic by which carriage.
        private(set) var said: [(topic: String, carriage: RuleCarriage)] = []

        init(_ carriages: [RuleCarriage]) {
            self.carriages = carriages
            // What is not done is left over: it is put back when it is to be tried again.
            for number in carriages.indices { self.carriages[number].places = [] }
        }

        mutating func done(_ place: TopicAction.Place, of number: Int) {
            if case .topic(let topic, _) = place { said.append((topic, carriages[number])) }
        }

        mutating func failed(_ place: TopicAction.Place, of number: Int, _ problem: ServiceProblem) {
            if problem.status >= 500, carriages[number].tries + 1 < RuleCourier.triesMax {
                carriages[number].places.append(place)
            } else {
                carriages[number].fail(place, because: "\(problem.code): \(problem.message)")
            }
        }
    }

    // MARK: its end

    /// What is done is forgotten, and what comes of it is written down, in one change.
    private func settle(_ round: Round, _ desk: RuleDesk) throws(ServiceProblem) {
        var left = round.carriages.filter { !$0.places.isEmpty }
        for number in left.indices { left[number].tries += 1 }
        let over = round.carriages.filter(\.places.isEmpty)
        var new: [RuleCarriage] = []
        for (topic, carriage) in round.said {
            let (rules, topic) = desk.rules(for: topic)
            guard !rules.isEmpty else { continue }
            let message = RuleMessage(
                topic: topic, payload: carriage.payload, account: desk.account,
                milliseconds: Int64(WallClock.milliseconds))
            new += desk.carriages(rules, message, depth: carriage.depth + 1)
        }
        for carriage in over where !carriage.failures.isEmpty { new += complain(of: carriage, desk) }
        let (waiting, coming) = (left, new)
        do throws(ServiceProblem) {
            try desk.shelf.change { shelf in
                for carriage in over { try carriage.delete(from: shelf.database) }
                for carriage in waiting { try carriage.update(in: shelf.database, due: Self.due(carriage.tries)) }
                for carriage in coming { try carriage.insert(into: shelf.database) }
            }
        } catch {
            desk.forget(new)
            throw error
        }
        desk.forget(over)
    }

    private static func due(_ tries: Int) -> Int64 {
        Int64(WallClock.milliseconds) + min(firstPause << Int64(min(tries - 1, 16)), longestPause)
    }

    private func complain(of carriage: RuleCarriage, _ desk: RuleDesk) -> [RuleCarriage] {
        if !carriage.isOfError, let rule = desk[carriage.rule],
            let new = rule.errorCarriage(for: carriage, account: desk.account), desk.remember(new)
        {
            return [new]
        }
        for failure in carriage.failures {
            let what = carriage.isOfError ? "error action" : failure.action
            desk.quiet.line(
                "failure \(carriage.rule) \(failure.action)",
                "rule \(carriage.rule): \(what) for \(failure.resource) is given up, of a message under "
                    + "\(carriage.topic): \(failure.reason)")
        }
        return []
    }
}
