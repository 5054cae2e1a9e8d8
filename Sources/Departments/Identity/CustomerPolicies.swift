internal import AWSProtocol
internal import Core
internal import Policies
internal import Records

/// Policies that stand by themselves, in versions: the account's own, and those that AWS ships.
struct CustomerPolicies: Sendable {
    let desk: IdentityDesk
    private static let versionsMax = 5
    private static let shown = [
        "PolicyName", "PolicyId", "Arn", "Path", "DefaultVersionId", "AttachmentCount", "IsAttachable", "Description",
        "CreateDate", "UpdateDate", "Tags",
    ]

    var operations: [Operation] {
        let arn = Member("PolicyArn", required: true, 20...2048)
        let version = Member("VersionId", required: true)
        let document = Member("PolicyDocument", required: true, 1...131_072)
        return [
            Operation(
                "CreatePolicy",
                [
                    Member("PolicyName", required: true, Principals.policyName, marks: Principals.marks), document,
                    Member("Path", 1...512),
                    Member("Description", 0...1000), Member("Tags", .list(Principals.tag)),
                ],
                on: { [Principals.arn("policy", $0.text("Path") ?? "/", $0["PolicyName"], account: $0.account)] }
            ) { call throws(ServiceProblem) in try create(call) },
            Operation("GetPolicy", [arn], on: Self.arns) { call throws(ServiceProblem) in
                ["Policy": shown(try get(call["PolicyArn"]), desk.shelf.records)]
            },
            Operation(
                "ListPolicies",
                [
                    Member("Scope", words: ["All", "AWS", "Local"]), Member("OnlyAttached", .flag),
                    Member("PathPrefix", 1...512), Member("PolicyUsageFilter"),
                ] + Principals.paging
            ) { call throws(ServiceProblem) in try list(call) },
            Operation("DeletePolicy", [arn], on: Self.arns) { call throws(ServiceProblem) in try delete(call) },
            Operation("CreatePolicyVersion", [arn, document, Member("SetAsDefault", .flag)], on: Self.arns) {
                call throws(ServiceProblem) in try createVersion(call)
            },
            Operation("GetPolicyVersion", [arn, version], on: Self.arns) { call throws(ServiceProblem) in
                let policy = try get(call["PolicyArn"])
                guard let found = Self.versions(policy).first(where: { $0["VersionId"]?.text == call["VersionId"] })
                else { throw Self.noVersion(call) }
                return ["PolicyVersion": Self.shown(version: found, of: policy, withDocument: true)]
            },
            Operation("ListPolicyVersions", [arn] + Principals.paging, on: Self.arns) { call throws(ServiceProblem) in
                let policy = try get(call["PolicyArn"])
                let rows = Self.versions(policy).map { Self.shown(version: $0, of: policy, withDocument: false) }
                return ["Versions": .list(rows.reversed()), "IsTruncated": false]
            },
            Operation("DeletePolicyVersion", [arn, version], on: Self.arns) { call throws(ServiceProblem) in
                try change(call) { policy throws(ServiceProblem) in try Self.dropVersion(&policy, call) }
            },
            Operation("SetDefaultPolicyVersion", [arn, version], on: Self.arns) { call throws(ServiceProblem) in
                try change(call) { policy throws(ServiceProblem) in
                    guard Self.versions(.map(policy)).contains(where: { $0["VersionId"]?.text == call["VersionId"] })
                    else { throw Self.noVersion(call) }
                    policy["DefaultVersionId"] = .text(call["VersionId"])
                }
            },
            Operation("ListEntitiesForPolicy", [arn, Member("EntityFilter")] + Principals.paging, on: Self.arns) {
                call throws(ServiceProblem) in
                _ = try get(call["PolicyArn"])
                let records = desk.shelf.records
                return [
                    "PolicyRoles": Self.holders(of: call["PolicyArn"], IdentityDesk.Kind.role, "Role", records),
                    "PolicyUsers": Self.holders(of: call["PolicyArn"], IdentityDesk.Kind.user, "User", records),
                    "PolicyGroups": [], "IsTruncated": false,
                ]
            },
        ]
    }

    private static let arns: Operation.Resources = { [$0["PolicyArn"]] }

    private static func versions(_ policy: Datum) -> [Datum] { policy["Versions"]?.list ?? [] }

    private static func noVersion(_ call: Call) -> ServiceProblem {
        ServiceProblem(
            "NoSuchEntity",
            "Policy \(call["PolicyArn"]) version \(call["VersionId"]) does not exist or is not attachable.",
            status: 404)
    }

    private static func holders(of arn: String, _ kind: String, _ word: String, _ records: Records) -> Datum {
        let holders = records.all(kind).filter { $0["Attached"]?.list?.contains(.text(arn)) ?? false }
        return .list(
            holders.map { [word + "Name": $0[word + "Name"] ?? .null, word + "Id": $0[word + "Id"] ?? .null] })
    }

    private static func shown(version: Datum, of policy: Datum, withDocument: Bool) -> Datum {
        var row = Principals.shown(version, ["VersionId", "CreateDate"]).map ?? DatumMap()
        row["IsDefaultVersion"] = .bool(version["VersionId"] == policy["DefaultVersionId"])
        if withDocument { row["Document"] = Principals.encoded(version["Document"]?.text ?? "") }
        return .map(row)
    }

    private func shown(_ policy: Datum, _ records: Records) -> Datum {
        var row = Principals.shown(policy, Self.shown).map ?? DatumMap()
        let arn = policy["Arn"] ?? .null
        let holders = records.all(IdentityDesk.Kind.role) + records.all(IdentityDesk.Kind.user)
        row["AttachmentCount"] = .whole(holders.count { $0["Attached"]?.list?.contains(arn) ?? false })
        row["IsAttachable"] = true
        return .map(row)
    }

    private func get(_ arn: String) throws(ServiceProblem) -> Datum {
        guard let policy = ManagedPolicies.all[arn] ?? desk.shelf.records[IdentityDesk.Kind.policy, arn] else {
            throw ServiceProblem("NoSuchEntity", "Policy \(arn) was not found.", status: 404)
        }
        return policy
    }

    static func check(_ document: String) throws(ServiceProblem) {
        do throws(PolicyRefusal) { _ = try PolicyDocument(parsing: Array(document.utf8), as: .identity) } catch {
            throw ServiceProblem("MalformedPolicyDocument", error.reason)
        }
    }

    private static func version(_ number: Int, _ document: String) -> Datum {
        ["VersionId": .text("v\(number)"), "Document": .text(document), "CreateDate": Principals.now]
    }

    private func create(_ call: Call) throws(ServiceProblem) -> Datum {
        let name = call["PolicyName"]
        try Self.check(call["PolicyDocument"])
        let path = try Principals.path(call)
        let arn = Principals.arn("policy", path, name, account: call.account)
        let policy = DatumMap([
            ("PolicyName", .text(name)), ("PolicyId", .text(Principals.id("ANPA"))), ("Arn", .text(arn)),
            ("Path", .text(path)), ("DefaultVersionId", "v1"), ("CreateDate", Principals.now),
            ("UpdateDate", Principals.now), ("Description", call.input["Description"] ?? .null),
            ("Tags", .list(call.list("Tags"))), ("Versions", [Self.version(1, call["PolicyDocument"])]),
            ("LastVersion", 1),
        ])
        try desk.shelf.change { shelf in
            guard shelf.records[IdentityDesk.Kind.policy, arn] == nil else {
                throw Principals.taken("A policy called \(name)", arn)
            }
            shelf.records[IdentityDesk.Kind.policy, arn] = .map(policy)
        }
        return ["Policy": shown(.map(policy), desk.shelf.records)]
    }

    private func list(_ call: Call) throws(ServiceProblem) -> Datum {
        let records = desk.shelf.records
        let scope = call.text("Scope") ?? "All"
        let own = scope == "AWS" ? [] : records.keys(IdentityDesk.Kind.policy)
        let shipped = scope == "Local" ? [] : ManagedPolicies.all.keys.sorted()
        var rows: [String: Datum] = [:]
        for arn in own + shipped {
            let row = shown(try get(arn), records)
            guard row["Path"]?.text?.hasPrefix(call.text("PathPrefix") ?? "/") ?? false,
                !call.flag("OnlyAttached") || row["AttachmentCount"]?.whole ?? 0 > 0
            else { continue }
            rows[arn] = row
        }
        return try Principals.part(call, "Policies", rows.keys.sorted()) { rows[$0] }
    }

    private func delete(_ call: Call) throws(ServiceProblem) -> Datum {
        let arn = call["PolicyArn"]
        try refuseShipped(arn)
        try desk.shelf.change { shelf in
            guard let policy = shelf.records[IdentityDesk.Kind.policy, arn] else {
                throw ServiceProblem("NoSuchEntity", "Policy \(arn) was not found.", status: 404)
            }
            let holders = shelf.records.all(IdentityDesk.Kind.role) + shelf.records.all(IdentityDesk.Kind.user)
            if holders.contains(where: { $0["Attached"]?.list?.contains(.text(arn)) ?? false }) {
                throw ServiceProblem("DeleteConflict", "Cannot delete a policy attached to entities.", status: 409)
            }
            if Self.versions(policy).count > 1 { throw Principals.bound("delete all non-default versions") }
            shelf.records[IdentityDesk.Kind.policy, arn] = nil
        }
        return .null
    }

    private func refuseShipped(_ arn: String) throws(ServiceProblem) {
        if ManagedPolicies.all[arn] != nil {
            throw ServiceProblem("AccessDenied", "\(arn) is a managed policy of AWS, and stays as it is.", status: 403)
        }
    }

    private func createVersion(_ call: Call) throws(ServiceProblem) -> Datum {
        try Self.check(call["PolicyDocument"])
        let version = try changed(call) { policy throws(ServiceProblem) -> Datum in
            let versions = Self.versions(.map(policy))
            guard versions.count < Self.versionsMax else {
                throw ServiceProblem(
                    "LimitExceeded", "A managed policy can have up to \(Self.versionsMax) versions.", status: 409)
            }
            let number = (policy["LastVersion"]?.whole ?? versions.count) + 1
            let version = Self.version(number, call["PolicyDocument"])
            policy["LastVersion"] = .whole(number)
            policy["Versions"] = .list(versions + [version])
            if call.flag("SetAsDefault") { policy["DefaultVersionId"] = version["VersionId"] }
            return Self.shown(version: version, of: .map(policy), withDocument: false)
        }
        return ["PolicyVersion": version]
    }

    private static func dropVersion(_ policy: inout DatumMap, _ call: Call) throws(ServiceProblem) {
        let id = Datum.text(call["VersionId"])
        guard versions(.map(policy)).contains(where: { $0["VersionId"] == id }) else { throw noVersion(call) }
        guard policy["DefaultVersionId"] != id else {
            throw ServiceProblem("DeleteConflict", "Cannot delete the default version of a policy.", status: 409)
        }
        policy["Versions"] = .list(versions(.map(policy)).filter { $0["VersionId"] != id })
    }

    private func change(
        _ call: Call, _ body: @escaping @Sendable (inout DatumMap) throws(ServiceProblem) -> Void
    ) throws(ServiceProblem) -> Datum {
        try changed(call) { policy throws(ServiceProblem) -> Datum in
            try body(&policy)
            return .null
        }
    }

    private func changed(
        _ call: Call, _ body: @escaping @Sendable (inout DatumMap) throws(ServiceProblem) -> Datum
    ) throws(ServiceProblem) -> Datum {
        let arn = call["PolicyArn"]
        try refuseShipped(arn)
        return try desk.shelf.change { shelf in
            guard var policy = shelf.records[IdentityDesk.Kind.policy, arn]?.map else {
                throw ServiceProblem("NoSuchEntity", "Policy \(arn) was not found.", status: 404)
            }
            let answer = try body(&policy)
            policy["UpdateDate"] = Principals.now
            shelf.records[IdentityDesk.Kind.policy, arn] = .map(policy)
            return answer
        }
    }
}
