internal import Core
package import HTTP
internal import JSON
internal import Pages
internal import Synchronization

/// The station's page and what it is made of. It shows what was decided; nothing here decides.
package final class StationDoor: Sendable {
    private static let newsEvery = 100 * Span64.millisecond
    /// How long a person waits for a disk.
    private static let patience = 2 * Span64.second
    private let board: StationBoard
    private let clerk: Clerk
    private let judge: Judge
    private let memory: ReleaseMemory
    private let orders: StandingOrderBook
    private let release: @Sendable (String?) throws -> ReleaseFile
    private let version: String
    /// Set when frames are pushed to this station.
    private let pushed: FramePost?
    private let listeners = Mutex<[Listener]>([])
    private let isClosing = Atomic<Bool>(false)

    /// One page that listens; touched on its reactor's thread alone.
    private struct Listener: @unchecked Sendable {
        let answer: OpenAnswer
        let reactor: Reactor
    }

    /// `release` reads the release at a path, or the one that is configured.
    package init(
        board: StationBoard, clerk: Clerk, judge: Judge, memory: ReleaseMemory, orders: StandingOrderBook,
        version: String, pushed: FramePost?, release: @escaping @Sendable (String?) throws -> ReleaseFile
    ) {
        self.board = board
        self.clerk = clerk
        self.judge = judge
        self.memory = memory
        self.orders = orders
        self.version = version
        self.pushed = pushed
        self.release = release
    }

    package var routes: [Route] {
        unsafe [
            Route(.get, "/", "The station's page") { Page.station.answer($0) },
            unsafe Route(.get, "/station/state", "The station's state") { [self] exchange in
                exchange.respond(.ok) { report.write(to: $0) }
            },
            unsafe Route(.get, "/station/events", "The station's state, live") { [self] exchange in listen(exchange) },
            unsafe Route(.get, "/station/parts/{number}/frame", "A part's frame") { [self] exchange in frame(exchange)
            },
            unsafe Route(.get, "/station/parts/{number}/heatmap", "A part's heat-map") { [self] exchange in
                heatmap(exchange)
            },
            unsafe Route(
                .post, "/station/parts/{number}/confirm", "Confirm a verdict", changesState: true,
                bodyBytesMax: 64 << 10
            ) {
                [self] exchange in review(exchange, overrides: false)
            },
            unsafe Route(
                .post, "/station/parts/{number}/override", "Override a verdict in the record", changesState: true,
                bodyBytesMax: 64 << 10
            ) { [self] exchange in review(exchange, overrides: true) },
            unsafe Route(
                .post, "/station/bypass", "Run the line without verdicts", changesState: true, bodyBytesMax: 64 << 10
            ) {
                [self] exchange in bypass(exchange)
            },
            unsafe Route(.post, "/station/reset", "Clear alarms", changesState: true, bodyBytesMax: 64 << 10) {
                [self] exchange in reset(exchange)
            },
            unsafe Route(
                .post, "/station/release", "Load a release again, or another", changesState: true,
                bodyBytesMax: 64 << 10
            ) {
                [self] exchange in load(exchange)
            },
            unsafe Route(
                .post, "/station/release/check", "Whether a release could be loaded", changesState: true,
                bodyBytesMax: 64 << 10
            ) { [self] exchange in check(exchange) },
            unsafe Route(.post, "/station/frames", "Push a frame", changesState: true, bodyBytesMax: 256 << 20) {
                [self] exchange in push(exchange)
            },
            unsafe Route(.get, "/healthz", "Whether the station lives") { exchange in
                exchange.respond(.ok) { $0.append("{\"status\":\"ok\"}" as StaticString) }
            },
        ]
    }

    private var report: StationReport { StationReport(board: board, clerk: clerk, version: version) }

    // MARK: live

    private func listen(_ exchange: Exchange) {
        let reactor = exchange.reactor
        guard let answer = exchange.stream("text/event-stream", fields: [("Cache-Control", "no-store")]) else { return }
        let first = news
        answer.send { unsafe $0.append(first.bytes) }
        let fresh = Listener(answer: answer, reactor: reactor)
        listeners.withLock { $0.append(fresh) }
    }

    private var news: ByteBuffer {
        let buffer = ByteBuffer(capacity: 16 << 10)
        buffer.append("event: state\ndata: " as StaticString)
        report.write(to: buffer)
        buffer.append("\n\n" as StaticString)
        return buffer
    }

    /// Tells whoever listens, ten times a second: the same text to all.
    package func keepTelling() {
        Lane.start("page-news") { [self] in
            while !isClosing.load(ordering: .acquiring) {
                Pause.nanoseconds(Self.newsEvery)
                let present = listeners.withLock { $0 }
                guard !present.isEmpty else { continue }
                let news = news
                for listener in present {
                    listener.reactor.post { [self] in
                        guard listener.answer.isOpen else { return forget(listener) }
                        listener.answer.send { unsafe $0.append(news.bytes) }
                    }
                }
            }
        }
    }

    private func forget(_ listener: Listener) { listeners.withLock { $0.removeAll { $0.answer === listener.answer } } }

    package func close() { isClosing.store(true, ordering: .releasing) }

    // MARK: parts

    private func part(_ exchange: Exchange) -> ShownPart? {
        guard let number = UInt64(exchange.parameters[0]) else {
            exchange.refuse(.badRequest, "error", "'\(exchange.parameters[0].prefix(40))' is not a part's number")
            return nil
        }
        guard let part = board.part(entry: number) else {
            exchange.refuse(
                .notFound, "error",
                "part number \(number) is not among the last ones; `lineside trace` finds it in the ledger")
            return nil
        }
        return part
    }

    private func frame(_ exchange: Exchange) {
        guard let part = part(exchange) else { return }
        guard let frame = part.frame else { return exchange.refuse(.notFound, "error", "this part has no frame") }
        exchange.respond(.ok, frame.mediaType, fields: [("Cache-Control", "max-age=60")]) { buffer in
            unsafe frame.bytes.withUnsafeBytes { unsafe buffer.append($0) }
        }
    }

    private func heatmap(_ exchange: Exchange) {
        guard let part = part(exchange) else { return }
        guard let map = part.heatmap else { return exchange.refuse(.notFound, "error", "this part has no heat-map") }
        exchange.respond(.ok) { buffer in
            var json = JSONWriter(buffer)
            json.beginObject()
            json.key("width" as StaticString)
            json.int(map.width)
            json.key("height" as StaticString)
            json.int(map.height)
            json.key("values" as StaticString)
            json.beginArray()
            for level in map.levels { json.int(Int(level)) }
            json.endArray()
            json.endObject()
        }
    }

    private func review(_ exchange: Exchange, overrides: Bool) {
        guard let part = part(exchange), let said = said(exchange) else { return }
        var verdict: Verdict?
        if overrides {
            guard let name = said.verdict, let given = Verdict(name: name), given != .none else {
                return exchange.refuse(.unprocessable, "error", "verdict must be PASS, REJECT or REVIEW")
            }
            verdict = given
        }
        guard board.review(entry: part.entry, verdict: verdict, by: said.by, reason: said.reason) else {
            return exchange.refuse(.notFound, "error", "this part is not among the last ones any more")
        }
        let wish = judge.wish(.review(entry: part.entry, was: part.decision.verdict, is: verdict))
        clerk.noteReview(entry: part.entry, part: part.key.part, verdict: verdict, by: said.by, reason: said.reason)
        agree(exchange, whenKept: wish)
    }

    /// A person's word, and what follows from it, is on the disk before it is agreed to. It counts at once all the same.
    private func agree(_ exchange: Exchange, whenKept wish: UInt64) {
        let reactor = exchange.reactor
        reactor.workers.submit { [self] in
            let isKept =
                judge.grants(wish, within: Self.patience) && orders.isKept(within: Self.patience)
                && memory.isKept(within: Self.patience) && clerk.isKept(within: Self.patience)
            reactor.post { [self] in
                guard !isKept else { return agree(exchange) }
                exchange.respond(.accepted) {
                    $0.append("{\"waiting\":\"it counts, and is written as soon as the disk lets it\"}" as StaticString)
                }
            }
        }
    }

    private func push(_ exchange: Exchange) {
        guard let pushed else {
            return exchange.refuse(
                .notFound, "error", "this station's camera is not \(PushSource.address): nobody pushes frames to it")
        }
        var part: UInt32?
        if let text = exchange.head.value(of: "lineside-part") {
            guard let number = UInt32(text) else {
                return exchange.refuse(.badRequest, "error", "Lineside-Part is not a part's id")
            }
            part = number
        }
        guard unsafe !exchange.body.isEmpty else {
            return exchange.refuse(.badRequest, "error", "the body holds no picture")
        }
        let number = unsafe pushed.push([UInt8](exchange.body), part: part)
        exchange.respond(.ok) { buffer in
            var json = JSONWriter(buffer)
            json.beginObject()
            json.key("frame" as StaticString)
            json.uint(number)
            json.endObject()
        }
    }

    // MARK: the station

    private func bypass(_ exchange: Exchange) {
        guard let said = said(exchange) else { return }
        guard let on = said.on else { return exchange.refuse(.unprocessable, "error", "on must be true or false") }
        let bypass =
            on ? StandingOrders.Bypass(by: said.by, reason: said.reason, since: Int(WallClock.milliseconds)) : nil
        do throws(Fault) { try orders.order(bypass) } catch {
            return exchange.refuse(.unavailable, "error", "nothing has changed, for it would be forgotten: \(error)")
        }
        judge.wish(.bypass(bypass, by: said.by, reason: said.reason))
        agree(exchange)
    }

    private func reset(_ exchange: Exchange) {
        guard let said = said(exchange) else { return }
        judge.wish(.reset(by: said.by, reason: said.reason))
        agree(exchange)
    }

    private func load(_ exchange: Exchange) {
        var words: Words?
        if unsafe exchange.body.count > 0 {
            guard let said = Words(exchange) else {
                return exchange.refuse(.badRequest, "error", "the body is not a JSON object")
            }
            words = said
        }
        do {
            let file = try release(words?.path)
            guard mayLoad(file, words, exchange) else { return }
            judge.wish(.release(file))
            agree(exchange)
        } catch { exchange.refuse(.unprocessable, "error", "\(error)") }
    }

    /// What `load` would say; nothing comes of it.
    private func check(_ exchange: Exchange) {
        guard let words = Words(exchange) else {
            return exchange.refuse(.badRequest, "error", "the body is not a JSON object")
        }
        do {
            let file = try release(words.path)
            guard !words.setsHoldAside, let fault = refusal(of: file, words) else { return agree(exchange) }
            exchange.refuse(.conflict, "error", "\(fault)")
        } catch { exchange.refuse(.unprocessable, "error", "\(error)") }
    }

    /// A release that was taken back returns only when a person says so, by name.
    private func mayLoad(_ file: ReleaseFile, _ words: Words?, _ exchange: Exchange) -> Bool {
        if words?.setsHoldAside == true { memory.letGo(file) }
        guard let fault = refusal(of: file, words) else { return true }
        exchange.refuse(.conflict, "error", "\(fault)")
        return false
    }

    private func refusal(of file: ReleaseFile, _ words: Words?) -> Fault? {
        memory.refusal(
            of: file, isOrderedByPerson: words?.isPerson ?? false,
            isAtWork: board.contentsNow.release?.file.digest == file.digest)
    }

    private func said(_ exchange: Exchange) -> Words? {
        guard let words = Words(exchange) else {
            exchange.refuse(.badRequest, "error", "the body is not a JSON object")
            return nil
        }
        guard !words.by.isEmpty, words.by.utf8.count <= 200, words.reason.utf8.count <= 2000 else {
            exchange.refuse(
                .unprocessable, "error",
                "by must say who you are, in at most 200 bytes, and reason why, in at most 2000")
            return nil
        }
        return words
    }

    private func agree(_ exchange: Exchange) { exchange.respond(.ok) { $0.append("{}" as StaticString) } }
}

/// What a person's request says.
private struct Words {
    let by: String
    let reason: String
    let verdict: String?
    let on: Bool?
    let path: String?
    let despiteHold: Bool
    var isPerson: Bool { !by.isEmpty }
    var setsHoldAside: Bool { isPerson && despiteHold }

    init?(_ exchange: Exchange) {
        let document = JSONDocument()
        guard let root = unsafe try? document.parse([UInt8](exchange.body)), root.kind == .object else { return nil }
        by = root["by"]?.string ?? ""
        reason = root["reason"]?.string ?? ""
        verdict = root["verdict"]?.string
        on = root["on"]?.bool
        path = root["model"]?.string
        despiteHold = root["despite_hold"]?.bool ?? false
    }
}
