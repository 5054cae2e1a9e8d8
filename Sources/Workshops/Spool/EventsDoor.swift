internal import AWSEvents
package import AWSSignature
internal import Core
package import HTTP
internal import Synchronization

/// Where the components of a node put their events, as they would at EventBridge: `AWS_ENDPOINT_URL` is all they need.
/// It says yes when an event is on the disk.
package final class EventsDoor: Sendable {
    private static let service = "AWSEvents."
    private let spool: Spool
    private let settings: SpoolSettings
    private let check: SignatureCheck
    private let credentials: @Sendable (String) -> AWSCredentials?

    /// `credentials` finds the key of a component by its id.
    package init(
        _ spool: Spool, settings: SpoolSettings = SpoolSettings(),
        credentials: @escaping @Sendable (String) -> AWSCredentials?
    ) {
        self.spool = spool
        self.settings = settings
        self.credentials = credentials
        var check = SignatureCheck()
        check.services = ["events"]
        self.check = check
    }

    /// The one address of the JSON protocol.
    package var route: Route {
        unsafe Route(.post, "/", "Put events (AWS JSON 1.1)", bodyBytesMax: 2 << 20) { [self] exchange in
            do throws(ServiceProblem) { try answer(exchange) } catch { Self.refuse(exchange, error) }
        }
    }

    private func answer(_ exchange: Exchange) throws(ServiceProblem) {
        let body = unsafe Array(exchange.body)
        let target = exchange.head.value(of: "x-amz-target") ?? ""
        guard target.hasPrefix(Self.service) else {
            throw ServiceProblem(
                "UnknownOperationException", "no operation \(target.isEmpty ? "is named" : target) here")
        }
        try believe(exchange, body)
        guard target == PutEvents.target else {
            throw ServiceProblem(
                "UnknownOperationException", "a node takes events with PutEvents, and does nothing else")
        }
        take(try PutEvents.entries(in: body), exchange)
    }

    private func believe(_ exchange: Exchange, _ body: [UInt8]) throws(ServiceProblem) {
        let request = SignedRequest(
            "POST", exchange.head.pathText, query: exchange.head.queryText,
            fields: exchange.head.fields.map { .init($0.name, $0.value) }, payload: .of(body))
        do throws(SignatureRefusal) {
            _ = try check.signer(
                of: request, body: body, at: SigningTime(milliseconds: Int64(WallClock.milliseconds)),
                credentials: credentials)
        } catch { throw ServiceProblem(error.code, error.message, status: 403) }
    }

    /// Answers when the last entry is on the disk, or is not going to be.
    private func take(_ readings: [PutEvents.Reading], _ exchange: Exchange) {
        let tray = Tray(readings.count) { fates in
            exchange.reactor.post { Self.answer(exchange, fates) }
        }
        for (place, reading) in readings.enumerated() {
            switch reading {
            case .failure(let problem): tray.put(problem.fate, at: place)
            case .success(let entry): post(entry, place, tray)
            }
        }
    }

    private func post(_ entry: PutEventsEntry, _ place: Int, _ tray: Tray) {
        do throws(Fault) {
            let event = try SpoolEvent(
                entry, rank: settings.rank(of: entry.detailType), wall: Int64(WallClock.milliseconds))
            spool.post(event) { isKept in
                tray.put(
                    isKept
                        ? .accepted(id: event.id)
                        : .failed(code: "ThrottlingException", message: "the node's spool has no room"), at: place)
            }
        } catch { tray.put(.failed(code: "InvalidArgument", message: error.message), at: place) }
    }

    private static func answer(_ exchange: Exchange, _ fates: [PutEvents.Fate]) {
        let answer = PutEvents.answer(fates)
        exchange.respond(.ok, "application/x-amz-json-1.1", fields: [requestID()]) { buffer in
            unsafe answer.withUnsafeBytes { unsafe buffer.append($0) }
        }
    }

    private static func refuse(_ exchange: Exchange, _ problem: ServiceProblem) {
        let answer = problem.json
        exchange.respond(
            Status(rawValue: problem.status), "application/x-amz-json-1.1",
            fields: [requestID(), ("x-amzn-ErrorType", problem.code)]
        ) { buffer in unsafe answer.withUnsafeBytes { unsafe buffer.append($0) } }
    }

    private static func requestID() -> (StaticString, String) {
        ("x-amzn-RequestId", EventID.make(wall: Int64(WallClock.milliseconds)))
    }
}

/// What became of the entries of one request, until it is known of all.
///
/// Concurrency: filled from any thread, under its lock; whoever fills the last place says so.
private final class Tray: Sendable {
    private let fates: Mutex<[PutEvents.Fate?]>
    private let full: @Sendable ([PutEvents.Fate]) -> Void

    init(_ count: Int, full: @escaping @Sendable ([PutEvents.Fate]) -> Void) {
        fates = Mutex(Array(repeating: nil, count: count))
        self.full = full
    }

    func put(_ fate: PutEvents.Fate, at place: Int) {
        let all = fates.withLock { fates -> [PutEvents.Fate]? in
            fates[place] = fate
            let known = fates.compactMap(\.self)
            return known.count == fates.count ? known : nil
        }
        if let all { full(all) }
    }
}
