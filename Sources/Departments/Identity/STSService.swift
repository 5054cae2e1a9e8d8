package import AWSProtocol
internal import Core
internal import Crypto
internal import Policies
internal import Records

extension IdentityDesk {
    /// Who one is, and becoming somebody else for a while.
    package var sts: AWSService {
        AWSService(
            "sts", .query, version: "2011-06-15", invalid: "ValidationError",
            operations: Sessions(desk: self).operations)
    }
}

/// Keys that are lent.
struct Sessions: Sendable {
    let desk: IdentityDesk
    private static let tokenLetters = 120
    static let usualSeconds = 3600

    var operations: [Operation] {
        let limit = Shape.structure([Member("arn", required: true, 20...2048)])
        return [
            Operation("GetCallerIdentity", free: true) { call throws(ServiceProblem) in
                [
                    "UserId": .text(call.caller.userID), "Account": .text(call.account), "Arn": .text(call.caller.arn),
                ]
            },
            Operation(
                "AssumeRole",
                [
                    Member("RoleArn", required: true, 20...2048),
                    Member("RoleSessionName", required: true, 2...64, marks: Principals.marks),
                    Member("DurationSeconds", .whole, 900...43_200), Member("Policy", 1...2048),
                    Member("ExternalId", 2...1224), Member("PolicyArns", .list(limit), 0...10),
                ], free: true
            ) { call throws(ServiceProblem) in try assume(call) }
            .without("Tags", "TransitiveTagKeys", "SourceIdentity", "ProvidedContexts", "SerialNumber", "TokenCode"),
            Operation("GetSessionToken", [Member("DurationSeconds", .whole, 900...129_600)], free: true) {
                call throws(ServiceProblem) in
                guard desk.shelf.records[IdentityDesk.Kind.session, call.caller.keyID] == nil,
                    let name = desk.userName(of: call.caller)
                else {
                    throw ServiceProblem(
                        "AccessDenied", "Cannot call GetSessionToken with session credentials", status: 403)
                }
                let session = try lend(
                    call,
                    as: [
                        "Arn": .text(call.caller.arn), "UserId": .text(call.caller.userID), "UserName": .text(name),
                    ],
                    seconds: call.whole("DurationSeconds") ?? 43_200)
                return ["Credentials": session]
            }
            .without("SerialNumber", "TokenCode"),
            Operation("GetAccessKeyInfo", [Member("AccessKeyId", required: true, 16...128)], free: true) {
                call throws(ServiceProblem) in
                guard desk.caller(call["AccessKeyId"]) != nil else {
                    throw ServiceProblem("ValidationError", "Invalid Access Key: \(call["AccessKeyId"])")
                }
                return ["Account": .text(call.account)]
            },
        ]
    }

    private func assume(_ call: Call) throws(ServiceProblem) -> Datum {
        let arn = call["RoleArn"]
        let refusal = ServiceProblem(
            "AccessDenied", "User: \(call.caller.arn) is not authorized to perform: sts:AssumeRole on resource: \(arn)",
            status: 403)
        let records = desk.shelf.records
        guard let role = records.all(IdentityDesk.Kind.role).first(where: { $0["Arn"]?.text == arn }),
            desk.mayAssume(role, arn: arn, call)
        else { throw refusal }
        let seconds = call.whole("DurationSeconds") ?? Self.usualSeconds
        let longest = role["MaxSessionDuration"]?.whole ?? Self.usualSeconds
        guard seconds <= longest else {
            throw ServiceProblem(
                "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
        }
        if let policy = call.text("Policy") {
            do throws(PolicyRefusal) { _ = try PolicyDocument(parsing: Array(policy.utf8), as: .identity) } catch {
                throw ServiceProblem("MalformedPolicyDocument", error.reason)
            }
        }
        if let unknown = Self.limits(call).first(where: { !desk.knows(policy: $0) }) {
            throw ServiceProblem("MalformedPolicyDocument", "there is no policy \(unknown)")
        }
        return try become(role, call["RoleSessionName"], call, seconds)
    }

    private static func limits(_ call: Call) -> [String] { call.list("PolicyArns").compactMap { $0["arn"]?.text } }

    func become(
        _ role: Datum, _ session: String, _ call: Call, _ seconds: Int
    ) throws(ServiceProblem) -> Datum {
        let name = role["RoleName"]?.text ?? ""
        let arn = "arn:aws:sts::\(call.account):assumed-role/\(name)/\(session)"
        let id = "\(role["RoleId"]?.text ?? ""):\(session)"
        let lent = try lend(
            call,
            as: [
                "Arn": .text(arn), "UserId": .text(id), "RoleName": .text(name),
                "Policy": call.input["Policy"] ?? .null, "PolicyArns": .list(Self.limits(call).map(Datum.text)),
            ], seconds: seconds)
        return ["Credentials": lent, "AssumedRoleUser": ["AssumedRoleId": .text(id), "Arn": .text(arn)]]
    }

    /// A key for so many seconds; those that are over go at the same time.
    private func lend(_ call: Call, as who: Datum, seconds: Int) throws(ServiceProblem) -> Datum {
        let keyID = "ASIA" + Secret.minted(letters: 16, capitalsOnly: true)
        let (secret, token) = (Secret.minted(letters: 40), Secret.minted(letters: Self.tokenLetters))
        let now = Int(WallClock.milliseconds)
        let expires = now + seconds * 1000
        var session = who.map ?? DatumMap()
        session["AccessKeyId"] = .text(keyID)
        session["Expires"] = .whole(expires)
        for (name, text) in [("Secret", secret), ("Token", token)] {
            session[name] = .text(Base64.text(desk.seal.seal(Array(text.utf8), context: keyID)))
        }
        let record = Datum.map(session)
        try desk.shelf.change { shelf in
            for key in shelf.records.keys(IdentityDesk.Kind.session)
            where shelf.records[IdentityDesk.Kind.session, key]?["Expires"]?.whole ?? 0 < now {
                shelf.records[IdentityDesk.Kind.session, key] = nil
            }
            shelf.records[IdentityDesk.Kind.session, keyID] = record
        }
        return [
            "AccessKeyId": .text(keyID), "SecretAccessKey": .text(secret), "SessionToken": .text(token),
            "Expiration": .text(Principals.time(expires)),
        ]
    }
}
