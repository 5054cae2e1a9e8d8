package import AWSProtocol
package import Core
internal import Crypto
internal import Database
internal import Records

/// Words by which a new node may join, once.
struct JoinTokens: Sendable {
    let desk: FleetDesk
    private static let secretLetters = 40
    private static let seconds = 3600
    private static let columns = "printf('%020d', created) || id AS key, id, thing, created, expires, used"

    var operations: [Operation] {
        [
            Operation(
                "CreateJoinToken",
                [FleetDesk.named("thingName"), Member("validSeconds", .whole, 60...31_536_000)]
            ) { call throws(ServiceProblem) in
                let (id, secret) = (
                    Secret.minted(letters: 12, capitalsOnly: true), Secret.minted(letters: Self.secretLetters)
                )
                let now = Int64(WallClock.milliseconds)
                let expires = now + Int64(call.whole("validSeconds") ?? Self.seconds) * 1000
                let sealed = desk.seal.seal(Array(secret.utf8), context: id)
                try desk.shelf.change { work in
                    try work.database.run("DELETE FROM tokens WHERE expires < ?", [.int(now)])
                    try work.database.run(
                        "INSERT INTO tokens VALUES(?, ?, ?, ?, ?, NULL)",
                        [.text(id), .bytes(sealed), .optional(call.text("thingName")), .int(now), .int(expires)])
                }
                return ["token": .text("\(id).\(secret)"), "tokenId": .text(id), "expires": call.time(expires)]
            },
            Operation("ListJoinTokens", TablePage.paging) { call throws(ServiceProblem) in
                let page = try TablePage(desk.shelf, call, "SELECT \(Self.columns) FROM tokens") { row in
                    [
                        "tokenId": .text(row.text(1)), "thingName": row.optionalText(2), "created": row.time(3),
                        "expires": row.time(4), "isUsed": .bool(!row.isNull(5)),
                    ]
                }
                return ["tokens": .list(page.rows), "nextToken": page.next]
            },
            Operation("DeleteJoinToken", [Member("tokenId", required: true, 1...64)]) { call throws(ServiceProblem) in
                try desk.shelf.change { work in
                    try work.database.run("DELETE FROM tokens WHERE id = ?", [.text(call["tokenId"])])
                }
                return .null
            },
        ]
    }
}

/// A new node that wants in: what it sent, and the word that it was given.
package struct JoinRequest: Sendable {
    package let tokenID: String
    package let thing: String
    package let request: String
    /// Proves that it knows the token, over everything above.
    package let code: String
    /// The role alias that it wants; nil for the house's.
    package let alias: String?

    package init(tokenID: String, thing: String, request: String, alias: String?, code: String) {
        self.alias = alias
        self.tokenID = tokenID
        self.thing = thing
        self.request = request
        self.code = code
    }

    /// What the code is made of.
    package static func code(
        _ tokenID: String, _ thing: String, _ request: String, alias: String?, secret: String
    ) -> String {
        let text = "join\n\(tokenID)\n\(thing)\n\(alias ?? "")\n\(request)"
        return HMAC256.code(Array(text.utf8), key: Array(secret.utf8)).description
    }

    func isProved(by secret: String) -> Bool {
        Secret.matches(
            code.utf8, Array(Self.code(tokenID, thing, request, alias: alias, secret: secret).utf8))
    }

    /// By which the node knows that the hub knows the token too.
    package static func code(ofAnswer body: [UInt8], secret: String) -> String {
        HMAC256.code(Array("joined\n".utf8) + body, key: Array(secret.utf8)).description
    }
}

/// A token as it lies in its row.
private struct JoinToken {
    let id: String
    let sealed: [UInt8]
    let thing: String?
    let expires: Int64
    /// The key that it was used for.
    let used: String?

    static func find(_ id: String, _ database: Database) throws(Fault) -> JoinToken? {
        try database.rows("SELECT secret, thing, expires, used FROM tokens WHERE id = ?", [.text(id)]) { row in
            JoinToken(
                id: id, sealed: row.blob(0), thing: row.isNull(1) ? nil : row.text(1), expires: row.int(2),
                used: row.isNull(3) ? nil : row.text(3))
        }.first
    }

    /// Nil once it is over.
    func secret(opened seal: SealingKey) -> String? {
        guard expires > Int64(WallClock.milliseconds) else { return nil }
        return seal.open(sealed, context: id).map { String(decoding: $0, as: UTF8.self) }
    }
}

extension FleetDesk {
    static let refusal = ServiceProblem(
        "AccessDeniedException",
        "the token is not known here, is over, or was used: `lineside hub token` makes another",
        status: 403)

    /// The token's secret, if the request was made by somebody who knows it and it may be used for that. From then on it is good
    /// for this key alone.
    package func secret(for join: JoinRequest) throws(ServiceProblem) -> String {
        guard (1...128).contains(join.thing.utf8.count), let asked = CertificateRequest(pem: join.request) else {
            throw FleetProblem.invalid("the request is no signing request in PEM, or names no thing")
        }
        // Signatures differ from time to time; the key does not.
        let key = SHA256.digest(of: Array(asked.key.pem.utf8)).description
        return try shelf.change { [self] work in
            guard let token = try JoinToken.find(join.tokenID, work.database),
                let secret = token.secret(opened: seal), join.isProved(by: secret),
                token.used == nil || token.used == key
            else { throw Self.refusal }
            guard token.thing == nil || token.thing == join.thing else {
                throw ServiceProblem(
                    "AccessDeniedException", "the token is for the thing \(token.thing ?? ""), not for \(join.thing)",
                    status: 403)
            }
            // A token for anybody makes new things; it does not take another's place.
            let holds = try work.database.count("holders", where: "thing", is: join.thing)
            guard token.thing != nil || token.used == key || holds == 0 else {
                throw ServiceProblem(
                    "AccessDeniedException",
                    "the thing \(join.thing) has a certificate already: `lineside hub token --thing \(join.thing)` lets it have another",
                    status: 403)
            }
            try work.database.run("UPDATE tokens SET used = ? WHERE id = ?", [.text(key), .text(join.tokenID)])
            return secret
        }
    }

    /// A certificate that came with its thing goes with it: nobody has to detach what nobody attached.
    package func noteJoined(_ certificateARN: String) throws(ServiceProblem) {
        guard let id = name(in: certificateARN, "cert") else { return }
        try shelf.change { work in try work.database.run("INSERT OR IGNORE INTO joined VALUES(?)", [.text(id)]) }
    }

    package func hasAlias(_ name: String) throws(ServiceProblem) -> Bool {
        try shelf.read { database throws(Fault) in try RoleAliases.find(name, database) != nil }
    }

    package func hasPolicy(_ name: String) throws(ServiceProblem) -> Bool {
        try shelf.read { database throws(Fault) in try DevicePolicies.find(name, database) != nil }
    }

    /// What is ours and not AWS's: tokens for nodes.
    package var ownService: AWSService {
        AWSService(
            "lineside", .json11, targets: ["Lineside"], version: "2026-11-20",
            operations: JoinTokens(desk: self).operations)
    }
}
