package import AWSProtocol
package import Core
internal import Database
internal import Records
internal import Synchronization

/// Standard queues, and the messages in them: each is received at least once, until somebody deletes it.
///
/// Concurrency: queues are records of the shelf, messages lie in tables of its file; receivers wait in a room of their
/// own; one thread throws out what is past its retention, and what was purged.
package final class QueuesDesk: Sendable {
    static let queue = "queue"
    static let queuesMax = 1000
    private static let sweepEvery = 30 * Span64.second
    /// So many messages are thrown out in one change: whoever sends meanwhile waits behind it.
    private static let sweepPortion: Int64 = 2000

    let shelf: RecordShelf
    let account: String
    let region: String
    let waiting = WaitingRoom()
    private let sweeper = Rounds()
    private let watch = Mutex(ClockWatch(wall: Int64(WallClock.milliseconds), steady: .now))

    package init(_ path: String, account: String, region: String) throws(Fault) {
        self.account = account
        self.region = region
        shelf = try RecordShelf(path, tables: MessageTable.steps)
        do throws(ServiceProblem) { try followSinceLastTime(Int64(WallClock.milliseconds)) } catch {
            throw Fault(.system, "\(path): \(error.message)")
        }
        sweeper.start("queue-sweeper") { [self] in
            do throws(ServiceProblem) { try sweep(try now()) } catch {
                Log.line("old messages could not be thrown out: \(error.message)")
            }
            return .nap(Self.sweepEvery)
        }
    }

    /// Sends every receiver that waits away with what there is; from now on nobody waits. A hub that closes says so
    /// before it waits for its last answers.
    package func endWaiting() { waiting.close() }

    package func close() {
        endWaiting()
        sweeper.stop()
        shelf.close()
    }

    /// The same operations in both protocols that clients speak: newer ones JSON, older ones forms.
    package var services: [AWSService] {
        let all =
            QueueOperations(desk: self).operations + QueueTags(desk: self).operations + Sending(desk: self).operations
            + Receiving(desk: self).operations + Handling(desk: self).operations
        let operations = all.map { operation in
            var operation = operation
            operation.flat = QueueForms.names(of: operation.name)
            return operation
        }
        return [
            AWSService(
                "sqs", .query, version: "2012-11-05", invalid: "InvalidParameterValue",
                olderCodes: QueueProblem.olderCodes, pathMember: "QueueUrl", operations: operations),
            AWSService(
                "sqs", .json10, targets: ["AmazonSQS"], version: "2012-11-05", invalid: "InvalidParameterValue",
                olderCodes: QueueProblem.olderCodes, operations: operations),
        ]
    }

    // MARK: names

    func arn(_ name: String) -> String { "arn:aws:sqs:\(region):\(account):\(name)" }

    /// The name in an ARN of this account and region; nil for another's.
    func name(_ arn: String) -> String? {
        let stem = self.arn("")
        return arn.hasPrefix(stem) ? String(arn.dropFirst(stem.count)) : nil
    }

    func url(_ name: String, _ call: Call) -> Datum { .text("http://\(call.host)/\(account)/\(name)") }

    /// The queue whose URL a call gives.
    func place(_ call: Call) throws(ServiceProblem) -> String {
        guard let place = QueuePlace(call["QueueUrl"]) else {
            throw ServiceProblem(
                "InvalidAddress",
                "The address \(call["QueueUrl"].prefix(200)) is no queue's: it ends with /ACCOUNT/NAME.")
        }
        guard place.account == account else { throw QueueProblem.missing(place.name) }
        return place.name
    }

    /// What policies are asked about.
    static let resources: Operation.Resources = { call in
        guard let place = QueuePlace(call["QueueUrl"]) else { return ["*"] }
        return ["arn:aws:sqs:\(call.region):\(place.account):\(place.name)"]
    }

    static func find(_ name: String, _ records: Records) throws(ServiceProblem) -> Queue {
        guard let queue = records[queue, name].flatMap(Queue.init) else { throw QueueProblem.missing(name) }
        return queue
    }

    // MARK: time

    /// Milliseconds since 1970, once all that is kept has followed the clock.
    func now() throws(ServiceProblem) -> Int64 {
        let wall = Int64(WallClock.milliseconds)
        if let before = watch.withLock({ $0.lostTime(wall: wall, steady: .now) }) { try follow(from: before, to: wall) }
        return wall
    }

    /// A clock that was set back while no hub looked shows by messages of times to come.
    func followSinceLastTime(_ now: Int64) throws(ServiceProblem) {
        let newest = try shelf.read { database throws(Fault) in try MessageTable(database).newest() }
        if let newest, newest > now { try follow(from: newest, to: now) }
    }

    /// By so much nobody sets a clock back on purpose: a machine has come up without knowing what time it is, and will be
    /// told. What was sent keeps its time then, or it would be too old in a moment.
    private static let strangeSetBack: Int64 = 86_400_000

    private func follow(from before: Int64, to now: Int64) throws(ServiceProblem) {
        Log.line("the clock was set back by \(before - now) ms: the queues follow it")
        let isStrange = before - now > Self.strangeSetBack
        try shelf.change { desk in
            try MessageTable(desk.database).follow(from: before, to: now, keepingSent: isStrange)
        }
        waiting.ringAll()
    }

    // MARK: messages

    /// Messages that are on the disk when this returns.
    func send(_ drafts: [MessageDraft], to name: String, _ now: Int64) throws(ServiceProblem) {
        try shelf.change { shelf in
            let queue = try Self.find(name, shelf.records)
            for draft in drafts { try Self.checkSize(draft, in: queue) }
            try MessageTable(shelf.database).add(drafts, to: queue, now)
        }
        waiting.ring(name)
    }

    static func checkSize(_ draft: MessageDraft, in queue: Queue) throws(ServiceProblem) {
        let most = queue.whole(QueueAttributes.sizeMax)
        guard draft.byteCount <= most else {
            throw QueueProblem.invalid(
                "One or more parameters are invalid. Reason: Message must be shorter than \(most) bytes.")
        }
    }

    /// What can be received now; it is on the disk that it was.
    func take(_ wish: MessageTable.Wish, from name: String, _ now: Int64) throws(ServiceProblem) -> MessageTable.Taken {
        let source = arn(name)
        let (taken, deadLetters) = try shelf.change { [self] shelf in
            let queue = try Self.find(name, shelf.records)
            let table = MessageTable(shelf.database)
            // A queue for dead letters that is gone or full takes none: they stay, and are received again.
            var target = queue.redrive.flatMap { self.name($0.target) }.flatMap { try? Self.find($0, shelf.records) }
            if let there = target, try !table.hasRoom(there) { target = nil }
            return (try table.take(wish, from: queue, deadLetters: target, source: source, now), target?.name)
        }
        if taken.hasDeadLetters, let deadLetters { waiting.ring(deadLetters) }
        return taken
    }

    /// Throws out what is past its retention, or nobody's any more.
    func sweep(_ now: Int64) throws(ServiceProblem) {
        var isMore = true
        while isMore, !waiting.isClosed {
            isMore = try shelf.change { desk in
                let queues = desk.records.all(Self.queue).compactMap(Queue.init)
                return try MessageTable(desk.database).sweep(queues, now, portion: Self.sweepPortion)
            }
        }
    }

    /// There is something to throw out.
    func wakeSweeper() { sweeper.ring() }
}
