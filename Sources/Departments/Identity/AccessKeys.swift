internal import AWSProtocol
internal import AWSSignature
internal import Core
internal import Crypto
internal import Records

/// The keys of users. A secret is told once, when its key is made, and lies sealed.
struct AccessKeys: Sendable {
    let desk: IdentityDesk
    private static let keysMax = 2

    var operations: [Operation] {
        let user = Member("UserName", .text, Principals.name, marks: Principals.marks)
        let key = Member("AccessKeyId", required: true, 16...128)
        return [
            Operation("CreateAccessKey", [user], on: arns) { call throws(ServiceProblem) in try create(call) },
            Operation("ListAccessKeys", [user] + Principals.paging, on: arns) { call throws(ServiceProblem) in
                try list(call)
            },
            Operation(
                "UpdateAccessKey",
                [user, key, Member("Status", required: true, words: ["Active", "Inactive"])], on: arns
            ) { call throws(ServiceProblem) in
                try change(call) { record in
                    var record = record
                    record["Status"] = .text(call["Status"])
                    return record
                }
            },
            Operation("DeleteAccessKey", [user, key], on: arns) { call throws(ServiceProblem) in
                try change(call) { _ in nil }
            },
        ]
    }

    private func arns(_ call: Call) -> [String] {
        let name = user(call)
        let arn = desk.shelf.records[IdentityDesk.Kind.user, name]?["Arn"]?.text
        return [arn ?? Principals.arn("user", "/", name, account: call.account)]
    }

    /// Without a name: whoever asks.
    private func user(_ call: Call) -> String {
        call.text("UserName") ?? desk.userName(of: call.caller) ?? ""
    }

    static func record(_ id: String, _ secret: String, of user: String, _ seal: SealingKey) -> Datum {
        [
            "AccessKeyId": .text(id), "UserName": .text(user), "Status": "Active", "CreateDate": Principals.now,
            "Secret": .text(Base64.text(seal.seal(Array(secret.utf8), context: id))),
        ]
    }

    static func secret(of record: Datum, _ seal: SealingKey) -> String? {
        guard let id = record["AccessKeyId"]?.text, let sealed = record["Secret"]?.text.flatMap({ Base64.bytes($0) }),
            let bytes = seal.open(sealed, context: id)
        else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func create(_ call: Call) throws(ServiceProblem) -> Datum {
        let name = user(call)
        let id = "AKIA" + Secret.minted(letters: 16, capitalsOnly: true)
        let secret = Secret.minted(letters: 40)
        let record = Self.record(id, secret, of: name, desk.seal)
        try desk.shelf.change { shelf in
            guard shelf.records[IdentityDesk.Kind.user, name] != nil else { throw Principals.missing("user", name) }
            let keys = shelf.records.all(IdentityDesk.Kind.key).filter { $0["UserName"]?.text == name }
            guard keys.count < Self.keysMax else {
                throw ServiceProblem(
                    "LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: \(Self.keysMax)", status: 409)
            }
            shelf.records[IdentityDesk.Kind.key, id] = record
        }
        var shown = Principals.shown(record, ["UserName", "AccessKeyId", "Status", "CreateDate"]).map ?? DatumMap()
        shown["SecretAccessKey"] = .text(secret)
        return ["AccessKey": .map(shown)]
    }

    private func list(_ call: Call) throws(ServiceProblem) -> Datum {
        let name = user(call)
        let records = desk.shelf.records
        guard records[IdentityDesk.Kind.user, name] != nil else { throw Principals.missing("user", name) }
        let keys = records.keys(IdentityDesk.Kind.key).filter {
            records[IdentityDesk.Kind.key, $0]?["UserName"]?.text == name
        }
        return try Principals.part(call, "AccessKeyMetadata", keys) { key in
            records[IdentityDesk.Kind.key, key].map {
                Principals.shown($0, ["UserName", "AccessKeyId", "Status", "CreateDate"])
            }
        }
    }

    private func change(
        _ call: Call, _ body: @escaping @Sendable (DatumMap) -> DatumMap?
    ) throws(ServiceProblem) -> Datum {
        let (id, name) = (call["AccessKeyId"], user(call))
        try desk.shelf.change { shelf in
            guard let record = shelf.records[IdentityDesk.Kind.key, id], record["UserName"]?.text == name,
                let map = record.map
            else { throw ServiceProblem("NoSuchEntity", "The Access Key with id \(id) cannot be found.", status: 404) }
            shelf.records[IdentityDesk.Kind.key, id] = body(map).map(Datum.map)
        }
        return .null
    }
}
