package import Core

/// Who asks, once a signature has been believed.
package struct Caller: Hashable, Sendable {
    package var account: String
    package var arn: String
    package var userID: String
    package var keyID: String

    package init(account: String, arn: String, userID: String, keyID: String) {
        self.account = account
        self.arn = arn
        self.userID = userID
        self.keyID = keyID
    }
}

/// One request, read and held against its declaration.
package struct Call: Sendable {
    package let input: DatumMap
    package let caller: Caller
    package let region: String
    package let requestID: String
    /// Where the request came in, as its sender wrote it.
    package let host: String
    package let wire: WireProtocol
    /// What is known of the request, by condition keys of policies.
    package let conditions: [String: [String]]

    package init(
        _ input: DatumMap, by caller: Caller, region: String, requestID: String, host: String = "",
        wire: WireProtocol = .json11, conditions: [String: [String]] = [:]
    ) {
        self.conditions = conditions
        self.wire = wire
        self.input = input
        self.caller = caller
        self.region = region
        self.requestID = requestID
        self.host = host
    }

    package var account: String { caller.account }

    package func text(_ name: String) -> String? { input[name]?.text }
    package func whole(_ name: String) -> Int? { input[name]?.whole }
    package func flag(_ name: String) -> Bool { input[name]?.bool ?? false }
    package func list(_ name: String) -> [Datum] { input[name]?.list ?? [] }
    package func texts(_ name: String) -> [String] { list(name).compactMap(\.text) }
    package func map(_ name: String) -> DatumMap { input[name]?.map ?? DatumMap() }
    package func blob(_ name: String) -> [UInt8]? { text(name).flatMap { Base64.bytes($0) } }
    package func milliseconds(_ name: String) -> Int64? { input[name]?.number.map { Int64(($0 * 1000).rounded()) } }

    /// A member that the declaration requires; whoever asks for another gets nothing.
    package subscript(_ name: String) -> String { text(name) ?? "" }

    /// A time as this call's protocol writes it.
    package func time(_ milliseconds: Int64) -> Datum {
        if wire == .query { return .text(CivilTime(milliseconds: milliseconds).iso) }
        return .number(Double(milliseconds) / 1000)
    }

    /// A map as this call's protocol writes it: members of an object, or entries.
    package func map(_ members: [(String, Datum)]) -> Datum {
        guard wire == .query else { return .map(DatumMap(members)) }
        return ["entry": .list(members.map { ["key": .text($0.0), "value": $0.1] })]
    }

    package func arn(_ service: String, _ resource: String, region: String? = nil) -> String {
        "arn:aws:\(service):\(region ?? self.region):\(account):\(resource)"
    }
}
