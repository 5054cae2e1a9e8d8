internal import Core
internal import Crypto
internal import Records
internal import Synchronization
internal import WebClient

/// Sends what rules send to API destinations, one request for each event.
///
/// Concurrency: one request at a time, under the lock, on the thread of whoever carries; connections stay open for the
/// next one.
package final class APIDestinationReceiver: EventReceiver {
    package let name = "api-destinations"
    package let batchMax = 1

    /// > EventBridge requests to an API destination endpoint must have a maximum client execution timeout of 5 seconds.
    /// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html>
    private static let wholeMilliseconds = 5000
    private static let answerBytesMax = 1 << 20
    /// What is remembered of destinations is forgotten where it would be for too many: it only saves time.
    private static let rememberedMax = 4096

    /// What one request leaves behind for the next.
    private struct Hands {
        var client: WebClient?
        /// By connection, and by when that was last changed.
        var tokens: [String: (authorized: Datum?, token: AccessToken)] = [:]
        var paces: [String: InvocationPace] = [:]
    }

    private let shelf: RecordShelf
    private let seal: SealingKey
    private let hands = Mutex(Hands())
    private let cancellation = WebCancellation()

    init(_ shelf: RecordShelf, seal: SealingKey) {
        self.shelf = shelf
        self.seal = seal
    }

    /// Ends what is being sent; nothing is sent from now on.
    package func stop() { cancellation.cancel() }

    package func receives(_ arn: String) -> Bool {
        arn.hasPrefix("arn:aws:events:") && arn.contains(":api-destination/")
    }

    package func receive(_ letters: [EventLetter], at arn: String) throws(DeliveryRefusal) {
        for letter in letters {
            let outcome = hands.withLock { hands in
                Result { () throws(DeliveryRefusal) in try deliver(letter, at: arn, &hands) }
            }
            try outcome.get()
        }
    }

    // MARK: one letter

    private func deliver(_ letter: EventLetter, at arn: String, _ hands: inout Hands) throws(DeliveryRefusal) {
        let records = shelf.records
        guard let destination = APIDestinations.destination(arn, records) else {
            throw .forGood(.noResource, "there is no API destination \(arn)")
        }
        guard let connection = Connections.connection(destination["ConnectionArn"]?.text ?? "", records),
            connection["ConnectionState"]?.text == Connections.authorized
        else { throw .forNow(.noPermissions, "the connection of \(arn) is gone or deauthorized") }
        guard let credentials = ConnectionCredentials(connection: connection, seal: seal),
            let plan = DestinationRequest(destination, credentials)
        else { throw .forNow(.internalError, "the connection of \(arn) was sealed with another key, or changed") }
        try takeTurn(arn, destination["InvocationRateLimitPerSecond"]?.whole, &hands)
        try send(letter, plan, connection, arn, &hands)
    }

    /// Nobody is waited for here: the thread is the same for all destinations.
    private func takeTurn(_ arn: String, _ rate: Int?, _ hands: inout Hands) throws(DeliveryRefusal) {
        if hands.paces.count >= Self.rememberedMax { hands.paces = [:] }
        let after = hands.paces[arn, default: InvocationPace()].take(
            perSecond: rate ?? APIDestinations.ratePerSecond, now: .now)
        if let after { throw .notYet(after: after) }
    }

    private func send(
        _ letter: EventLetter, _ plan: DestinationRequest, _ connection: Datum, _ arn: String, _ hands: inout Hands
    ) throws(DeliveryRefusal) {
        let token = try token(plan.credentials, connection, anew: false, arn, &hands)
        var refusal = try ask(plan, letter, token?.text, arn, &hands)
        // The token may have been taken back before its time: one more question, with a new one.
        if let token, !token.isNew, [401, 407].contains(refusal?.status) {
            let another = try self.token(plan.credentials, connection, anew: true, arn, &hands)
            refusal = try ask(plan, letter, another?.text, arn, &hands)
        }
        if let refusal { throw refusal.refusal }
    }

    /// Nil for what has arrived.
    private func ask(
        _ plan: DestinationRequest, _ letter: EventLetter, _ token: String?, _ arn: String, _ hands: inout Hands
    ) throws(DeliveryRefusal) -> (status: Int, refusal: DeliveryRefusal)? {
        let request = try plan.request(letter, token: token, wholeMilliseconds: Self.wholeMilliseconds)
        let host = plan.endpoint.origin
        let client = try client(&hands)
        do throws(Fault) {
            let answer = try exchange(request, client)
            hands.paces[arn]?.answered()
            return DestinationVerdict.refusal(status: answer.status, answer.fields, from: host).map {
                (answer.status, $0)
            }
        } catch {
            let after = error.code == .timeout ? hands.paces[arn]?.letWait() : nil
            return DestinationVerdict.refusal(error, from: host, after: after).map { (0, $0) }
        }
    }

    private func exchange(_ request: WebRequest, _ client: WebClient) throws(Fault) -> WebAnswer {
        try client.send(request, bodyBytesMax: Self.answerBytesMax, cancellation: cancellation)
    }

    /// Whatever keeps us from having one, nothing has been sent.
    private func client(_ hands: inout Hands) throws(DeliveryRefusal) -> WebClient {
        if let known = hands.client { return known }
        var plan = WebPlan()
        plan.connectMilliseconds = Self.wholeMilliseconds
        // A key goes nowhere but where it was meant for.
        plan.redirectsMax = 0
        do throws(Fault) {
            let client = try WebClient(plan)
            hands.client = client
            return client
        } catch { throw .forNow(.internalError, "\(error)") }
    }

    // MARK: tokens

    /// The token of a connection that needs one, asked for where there is none, or where it is to be another.
    private func token(
        _ credentials: ConnectionCredentials, _ connection: Datum, anew: Bool, _ arn: String, _ hands: inout Hands
    ) throws(DeliveryRefusal) -> (text: String, isNew: Bool)? {
        guard credentials.kind == .oauth else { return nil }
        let (key, authorized) = (connection["ConnectionArn"]?.text ?? "", connection["LastAuthorizedTime"])
        if !anew, let known = hands.tokens[key], known.authorized == authorized, known.token.isGood {
            return (known.token.text, false)
        }
        hands.tokens[key] = nil
        let token = try fetchToken(credentials, arn, &hands)
        if hands.tokens.count >= Self.rememberedMax { hands.tokens = [:] }
        hands.tokens[key] = (authorized, token)
        return (token.text, true)
    }

    private func fetchToken(
        _ credentials: ConnectionCredentials, _ arn: String, _ hands: inout Hands
    ) throws(DeliveryRefusal) -> AccessToken {
        guard let request = AccessToken.request(credentials, wholeMilliseconds: Self.wholeMilliseconds) else {
            throw .forNow(.internalError, "the connection names no authorization endpoint")
        }
        let client = try client(&hands)
        let asked = Instant.now
        let answer: WebAnswer
        do throws(Fault) { answer = try exchange(request, client) } catch {
            let isLate = error.code == .timeout
            throw .forNow(
                isLate ? .timeout : .connectionFailure, "the authorization endpoint cannot be reached",
                after: isLate ? hands.paces[arn]?.letWait() : nil)
        }
        guard let token = AccessToken(answer, asked: asked) else {
            throw .forNow(
                .noPermissions, "the authorization endpoint gives no token: it answered with status \(answer.status)")
        }
        return token
    }
}
