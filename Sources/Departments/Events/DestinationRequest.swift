internal import Core
internal import JSON
internal import WebClient

/// One request to an API destination, put together from the destination, its connection, the target and what is sent.
/// Pure.
struct DestinationRequest: Sendable {
    typealias Pair = ConnectionParameters.Pair
    static let agent = "Lineside/EventBridge"
    private static let mediaType = "application/json; charset=utf-8"
    /// Whoever sends a request says these for himself; from others they would change where it ends, or for whom it is.
    private static let reserved: Set<String> = [
        "accept-encoding", "connection", "content-encoding", "content-length", "expect", "forwarded", "host",
        "http2-settings", "keep-alive", "proxy-authorization", "proxy-connection", "range", "te", "trailer",
        "transfer-encoding", "upgrade", "user-agent", "via",
    ]

    static func isReserved(_ name: String) -> Bool { reserved.contains(name.lowercased()) }

    let method: String
    let endpoint: EndpointAddress
    let credentials: ConnectionCredentials

    /// Nil for a destination whose record is not whole.
    init?(_ destination: Datum, _ credentials: ConnectionCredentials) {
        guard let method = destination["HttpMethod"]?.text,
            let endpoint = destination["InvocationEndpoint"]?.text.flatMap(EndpointAddress.init(parsing:))
        else { return nil }
        self.method = method
        self.endpoint = endpoint
        self.credentials = credentials
    }

    /// `token`: where the connection is let in by one. What the connection says counts more than what the target says.
    func request(
        _ letter: EventLetter, token: String?, wholeMilliseconds: Int
    ) throws(DeliveryRefusal) -> WebRequest {
        let own = try HTTPParameters(letter.target["HttpParameters"], payload: letter.payload)
        guard own.pathValues.count >= endpoint.wildcards else {
            throw .forGood(
                .invalidParameter,
                "the path has \(endpoint.wildcards) wildcards, and the target \(own.pathValues.count) values for them")
        }
        guard let path = endpoint.path(filledWith: own.pathValues) else {
            throw .forGood(.invalidParameter, "the event has a value for the path that would lead elsewhere")
        }
        let added = credentials.invocationParameters
        let query = Self.merged(own.queryPairs, added.queryPairs) { $0 }
        var fields = WebFields()
        for (name, value) in self.fields(own.fields, added.fields, token) { fields.add(name, value) }
        return WebRequest(
            method, endpoint.text(path: path, adding: query), fields: fields,
            body: method == "HEAD" ? nil : Self.body(letter.payload, adding: added.bodyPairs),
            wholeMilliseconds: wholeMilliseconds)
    }

    private func fields(_ own: [Pair], _ added: [Pair], _ token: String?) -> [Pair] {
        let given = Self.merged(own, added) { $0.lowercased() }.filter { !Self.isReserved($0.name) }
        let usual = [("Content-Type", Self.mediaType)]
        let ours = [("User-Agent", Self.agent)] + authorization(token)
        return Self.merged(Self.merged(usual, given) { $0.lowercased() }, ours) { $0.lowercased() }
    }

    private func authorization(_ token: String?) -> [Pair] {
        switch credentials.kind {
        case .apiKey: [(credentials.text("ApiKeyName"), credentials.text("ApiKeyValue"))]
        case .basic:
            [("Authorization", Self.basic(credentials.text("Username"), credentials.text("Password")))]
        case .oauth: token.map { [("Authorization", "Bearer \($0)")] } ?? []
        }
    }

    static func basic(_ name: String, _ password: String) -> String {
        "Basic " + Base64.text(Array("\(name):\(password)".utf8))
    }

    /// What comes later takes the place of what came before under the same name.
    private static func merged(_ first: [Pair], _ second: [Pair], _ key: (String) -> String) -> [Pair] {
        let replaced = Set(second.map { key($0.name) })
        return first.filter { !replaced.contains(key($0.name)) } + second
    }

    /// Members are added to an object; any other text is sent as it is.
    private static func body(_ payload: [UInt8], adding pairs: [Pair]) -> [UInt8] {
        guard !pairs.isEmpty, var map = (try? Datum(json: payload))?.map else { return payload }
        for (name, value) in pairs { map[name] = .text(value) }
        return Datum.map(map).json
    }
}
