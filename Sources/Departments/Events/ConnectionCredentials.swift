internal import AWSProtocol
internal import Core
internal import Crypto
internal import JSON

/// By what a connection is let in, and what else it sends along: AuthParameters, whole, with what is secret in them.
struct ConnectionCredentials: Sendable {
    enum Kind: String, CaseIterable, Sendable {
        case basic = "BASIC"
        case oauth = "OAUTH_CLIENT_CREDENTIALS"
        case apiKey = "API_KEY"

        /// The member that its parameters are in.
        var member: String {
            switch self {
            case .basic: "BasicAuthParameters"
            case .oauth: "OAuthParameters"
            case .apiKey: "ApiKeyAuthParameters"
            }
        }
    }

    static let invocation = "InvocationHttpParameters"
    static let oauthHTTP = "OAuthHttpParameters"
    static let client = "ClientParameters"

    /// Lengths and letters are looked at below: whatever the declaration refuses, it quotes.
    static let member = Member(
        "AuthParameters",
        .structure([
            Member("BasicAuthParameters", .structure([Member("Username"), Member("Password")])),
            Member("ApiKeyAuthParameters", .structure([Member("ApiKeyName"), Member("ApiKeyValue")])),
            Member(
                "OAuthParameters",
                .structure([
                    Member("ClientParameters", .structure([Member("ClientID"), Member("ClientSecret")])),
                    Member("AuthorizationEndpoint"), Member("HttpMethod", words: ["GET", "POST", "PUT"]),
                    Member("OAuthHttpParameters", ConnectionParameters.shape),
                ])), Member("InvocationHttpParameters", ConnectionParameters.shape),
            Member("ConnectivityParameters", .anything),
        ]))

    let kind: Kind
    let parameters: Datum

    /// `given` in a request, over what was there before; refused where something is missing or out of bounds.
    init(_ kind: Kind, given: Datum, over old: ConnectionCredentials?) throws(ServiceProblem) {
        guard given["ConnectivityParameters"] == nil else {
            throw Self.invalid("Private connections are not offered by this hub: leave ConnectivityParameters out.")
        }
        if let other = Kind.allCases.first(where: { $0 != kind && given[$0.member] != nil }) {
            throw Self.invalid("\(other.member) does not belong to AuthorizationType \(kind.rawValue).")
        }
        let whole = old.map { Self.merged($0.parameters, given) } ?? given
        self.kind = kind
        parameters = .map(
            DatumMap([kind.member, Self.invocation].compactMap { name in whole[name].map { (name, $0) } }))
        try check()
    }

    private static func merged(_ old: Datum, _ new: Datum) -> Datum {
        guard var members = old.map, let given = new.map else { return new }
        for (name, value) in given.members { members[name] = members[name].map { merged($0, value) } ?? value }
        return .map(members)
    }

    // MARK: checking

    private static func invalid(_ text: String) -> ServiceProblem { ServiceProblem("ValidationException", text) }

    private func check() throws(ServiceProblem) {
        switch kind {
        case .basic: try credentials(["Username", "Password"], own, kind.member)
        case .apiKey:
            try credentials(["ApiKeyName", "ApiKeyValue"], own, kind.member)
            guard FieldLetters.isFieldName(text("ApiKeyName")), !DestinationRequest.isReserved(text("ApiKeyName"))
            else {
                throw Self.invalid(
                    "AuthParameters.\(kind.member).ApiKeyName has to be the name of a header field that may be set.")
            }
        case .oauth:
            try credentials(["ClientID", "ClientSecret"], own?[Self.client], "\(kind.member).\(Self.client)")
            guard own?["HttpMethod"]?.text != nil else { throw Self.missing("HttpMethod", kind.member) }
            guard let endpoint = own?["AuthorizationEndpoint"]?.text else {
                throw Self.missing("AuthorizationEndpoint", kind.member)
            }
            guard let address = EndpointAddress(parsing: endpoint), address.wildcards == 0 else {
                throw Self.invalid("AuthorizationEndpoint is no address: write http:// or https://, a host and a path.")
            }
            try ConnectionParameters.check(own?[Self.oauthHTTP], Self.oauthHTTP)
        }
        try ConnectionParameters.check(parameters[Self.invocation], Self.invocation)
    }

    private static func missing(_ name: String, _ place: String) -> ServiceProblem {
        invalid("AuthParameters.\(place).\(name) is missing.")
    }

    /// Says where, never what.
    private func credentials(_ names: [String], _ map: Datum?, _ place: String) throws(ServiceProblem) {
        for name in names {
            guard let text = map?[name]?.text else { throw Self.missing(name, place) }
            guard FieldLetters.isCredential(text) else {
                throw Self.invalid(
                    "AuthParameters.\(place).\(name) has to be 1 to 512 characters, no colons among them."
                )
            }
        }
    }

    // MARK: reading

    private var own: Datum? { parameters[kind.member] }
    /// A parameter of its kind.
    func text(_ name: String) -> String { own?[name]?.text ?? "" }
    func clientText(_ name: String) -> String { own?[Self.client]?[name]?.text ?? "" }
    var invocationParameters: ConnectionParameters { ConnectionParameters(parameters[Self.invocation]) }
    var oauthParameters: ConnectionParameters { ConnectionParameters(own?[Self.oauthHTTP]) }

    /// What may be told of it.
    var shown: Datum {
        var map = DatumMap()
        switch kind {
        case .basic: map[kind.member] = ["Username": .text(text("Username"))]
        case .apiKey: map[kind.member] = ["ApiKeyName": .text(text("ApiKeyName"))]
        case .oauth:
            let client: Datum = ["ClientID": .text(clientText("ClientID"))]
            var shown = DatumMap([
                (Self.client, client),
                ("AuthorizationEndpoint", .text(text("AuthorizationEndpoint"))),
                ("HttpMethod", .text(text("HttpMethod"))),
            ])
            shown[Self.oauthHTTP] = ConnectionParameters.shown(own?[Self.oauthHTTP])
            map[kind.member] = .map(shown)
        }
        map[Self.invocation] = ConnectionParameters.shown(parameters[Self.invocation])
        return .map(map)
    }

    // MARK: keeping

    /// For the connection of this ARN alone.
    func sealed(by seal: SealingKey, for arn: String) -> Datum {
        .text(Base64.text(seal.seal(parameters.json, context: arn)))
    }

    /// Nil for a connection that has none, or was sealed with another key.
    init?(connection record: Datum, seal: SealingKey) {
        guard let kind = record["AuthorizationType"]?.text.flatMap(Kind.init), let arn = record["ConnectionArn"]?.text,
            let sealed = record["Sealed"]?.text.flatMap({ Base64.bytes($0) }),
            let plain = seal.open(sealed, context: arn), let parameters = try? Datum(json: plain)
        else { return nil }
        self.kind = kind
        self.parameters = parameters
    }
}
