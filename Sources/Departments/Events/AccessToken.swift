internal import Core
internal import JSON
internal import WebClient

/// What an authorization endpoint gives in exchange for a client's id and secret. In memory alone.
struct AccessToken: Sendable {
    /// As EventBridge: one that ends within a minute is as good as ended.
    private static let margin = 60 * Span64.second
    /// Where the endpoint says nothing.
    private static let usualSeconds: Double = 3600
    private static let secondsMax: Double = 30 * 86_400
    private static let grant = "grant_type"
    private static let form = "application/x-www-form-urlencoded"

    let text: String
    private let end: Instant

    var isGood: Bool { Instant.now.advanced(by: Self.margin) < end }

    /// Nil for an answer without a token.
    init?(_ answer: WebAnswer, asked: Instant) {
        guard answer.isSuccess, let said = try? Datum(json: answer.body), let text = said["access_token"]?.text,
            !text.isEmpty, text.utf8.allSatisfy({ (0x21...0x7e).contains($0) })
        else { return nil }
        let seconds = said["expires_in"]?.number ?? said["expires_in"]?.text.flatMap(Double.init) ?? Self.usualSeconds
        self.text = text
        end = asked.advanced(by: Span64.seconds(min(max(0, seconds.isNaN ? 0 : seconds), Self.secondsMax)))
    }

    /// The question for one. A form has the client's id and secret in it; an address is no place for secrets, so that a
    /// GET says them in a header field.
    static func request(_ credentials: ConnectionCredentials, wholeMilliseconds: Int) -> WebRequest? {
        guard let endpoint = EndpointAddress(parsing: credentials.text("AuthorizationEndpoint")) else { return nil }
        let (id, secret) = (credentials.clientText("ClientID"), credentials.clientText("ClientSecret"))
        let added = credentials.oauthParameters
        let isGet = credentials.text("HttpMethod") == "GET"
        var fields = WebFields()
        fields.add("User-Agent", DestinationRequest.agent)
        fields.add("Accept", "application/json")
        if isGet {
            fields.add("Authorization", DestinationRequest.basic(id, secret))
        } else {
            fields.add("Content-Type", form)
        }
        for (name, value) in added.fields where fields[name] == nil { fields.add(name, value) }
        let grants = added.bodyPairs.contains { $0.name == grant } ? [] : [(grant, "client_credentials")]
        let asked = grants + added.bodyPairs + (isGet ? [] : [("client_id", id), ("client_secret", secret)])
        let query = added.queryPairs + (isGet ? asked : [])
        return WebRequest(
            credentials.text("HttpMethod"), endpoint.text(path: endpoint.path, adding: query), fields: fields,
            body: isGet ? nil : Array(EndpointAddress.encoded(asked).utf8), wholeMilliseconds: wholeMilliseconds)
    }
}
