internal import AWSProtocol
internal import Core
internal import Policies
internal import Records

/// What services and devices may become for a while.
struct Roles: Sendable {
    let desk: IdentityDesk
    private static let shown = [
        "Path", "RoleName", "RoleId", "Arn", "CreateDate", "AssumeRolePolicyDocument", "Description",
        "MaxSessionDuration", "Tags",
    ]

    var operations: [Operation] {
        let name = Member("RoleName", required: true, Principals.name, marks: Principals.marks)
        let trust = Member("AssumeRolePolicyDocument", required: true, 1...131_072)
        return [
            Operation(
                "CreateRole",
                [
                    name, trust, Member("Path", 1...512), Member("Description", 0...1000),
                    Member("MaxSessionDuration", .whole, 3600...43_200), Member("Tags", .list(Principals.tag)),
                ], on: arns
            ) { call throws(ServiceProblem) in try create(call) }
            .without("PermissionsBoundary"),
            Operation("GetRole", [name], on: arns) { call throws(ServiceProblem) in
                ["Role": shown(try get(call["RoleName"]))]
            },
            Operation("ListRoles", [Member("PathPrefix", 1...512)] + Principals.paging) { call throws(ServiceProblem) in
                try list(call)
            },
            Operation(
                "UpdateRole",
                [name, Member("Description", 0...1000), Member("MaxSessionDuration", .whole, 3600...43_200)], on: arns
            ) { call throws(ServiceProblem) in
                try change(call) { role in
                    for key in ["Description", "MaxSessionDuration"] {
                        if let value = call.input[key] { role[key] = value }
                    }
                }
            },
            Operation("UpdateAssumeRolePolicy", [name, Member("PolicyDocument", required: true)], on: arns) {
                call throws(ServiceProblem) in
                try Self.check(trust: call["PolicyDocument"])
                return try change(call) { $0["AssumeRolePolicyDocument"] = .text(call["PolicyDocument"]) }
            },
            Operation("TagRole", [name, Member("Tags", .list(Principals.tag), required: true)], on: arns) {
                call throws(ServiceProblem) in
                try change(call) { role in
                    let added = call.list("Tags")
                    let names = Set(added.compactMap { $0["Key"]?.text })
                    let kept = (role["Tags"]?.list ?? []).filter { !names.contains($0["Key"]?.text ?? "") }
                    role["Tags"] = .list(kept + added)
                }
            },
            Operation("UntagRole", [name, Member("TagKeys", .list(.text), required: true)], on: arns) {
                call throws(ServiceProblem) in
                try change(call) { role in
                    let gone = Set(call.texts("TagKeys"))
                    role["Tags"] = .list((role["Tags"]?.list ?? []).filter { !gone.contains($0["Key"]?.text ?? "") })
                }
            },
            Operation("ListRoleTags", [name] + Principals.paging, on: arns) { call throws(ServiceProblem) in
                ["Tags": try get(call["RoleName"])["Tags"] ?? [], "IsTruncated": false]
            },
            Operation("ListInstanceProfilesForRole", [name] + Principals.paging, on: arns) {
                call throws(ServiceProblem) in
                _ = try get(call["RoleName"])
                return ["InstanceProfiles": [], "IsTruncated": false]
            },
            Operation("DeleteRole", [name], on: arns) { call throws(ServiceProblem) in try delete(call) },
        ]
    }

    private func arns(_ call: Call) -> [String] {
        let path = call.text("Path") ?? desk.shelf.records[IdentityDesk.Kind.role, call["RoleName"]]?["Path"]?.text
        return [Principals.arn("role", path ?? "/", call["RoleName"], account: call.account)]
    }

    static func check(trust document: String) throws(ServiceProblem) {
        do throws(PolicyRefusal) { _ = try PolicyDocument(parsing: Array(document.utf8), as: .trust) } catch {
            throw ServiceProblem("MalformedPolicyDocument", error.reason)
        }
    }

    private func shown(_ role: Datum, without names: Set<String> = []) -> Datum {
        var shown = Principals.shown(role, Self.shown.filter { !names.contains($0) }).map ?? DatumMap()
        if let document = shown["AssumeRolePolicyDocument"]?.text {
            shown["AssumeRolePolicyDocument"] = Principals.encoded(document)
        }
        return .map(shown)
    }

    private func get(_ name: String) throws(ServiceProblem) -> Datum {
        guard let role = desk.shelf.records[IdentityDesk.Kind.role, name] else {
            throw Principals.missing("role", name)
        }
        return role
    }

    private func create(_ call: Call) throws(ServiceProblem) -> Datum {
        let name = call["RoleName"]
        try Self.check(trust: call["AssumeRolePolicyDocument"])
        let path = try Principals.path(call)
        let role = DatumMap([
            ("Path", .text(path)), ("RoleName", .text(name)), ("RoleId", .text(Principals.id("AROA"))),
            ("Arn", .text(Principals.arn("role", path, name, account: call.account))),
            ("CreateDate", Principals.now), ("AssumeRolePolicyDocument", .text(call["AssumeRolePolicyDocument"])),
            ("Description", .text(call.text("Description") ?? "")),
            ("MaxSessionDuration", .whole(call.whole("MaxSessionDuration") ?? 3600)),
            ("Tags", .list(call.list("Tags"))), ("Attached", .list([])), ("Inline", .map(DatumMap())),
        ])
        try desk.shelf.change { shelf in
            guard shelf.records[IdentityDesk.Kind.role, name] == nil else { throw Principals.taken("Role", name) }
            shelf.records[IdentityDesk.Kind.role, name] = .map(role)
        }
        return ["Role": shown(.map(role))]
    }

    private func list(_ call: Call) throws(ServiceProblem) -> Datum {
        let records = desk.shelf.records
        let prefix = call.text("PathPrefix") ?? "/"
        let keys = records.keys(IdentityDesk.Kind.role).filter {
            records[IdentityDesk.Kind.role, $0]?["Path"]?.text?.hasPrefix(prefix) ?? false
        }
        return try Principals.part(call, "Roles", keys) { key in
            records[IdentityDesk.Kind.role, key].map { shown($0, without: ["Tags"]) }
        }
    }

    private func change(
        _ call: Call, _ body: @escaping @Sendable (inout DatumMap) -> Void
    ) throws(ServiceProblem) -> Datum {
        let name = call["RoleName"]
        try desk.shelf.change { shelf in
            guard var role = shelf.records[IdentityDesk.Kind.role, name]?.map else {
                throw Principals.missing("role", name)
            }
            body(&role)
            shelf.records[IdentityDesk.Kind.role, name] = .map(role)
        }
        return .null
    }

    private func delete(_ call: Call) throws(ServiceProblem) -> Datum {
        let name = call["RoleName"]
        try desk.shelf.change { shelf in
            guard let role = shelf.records[IdentityDesk.Kind.role, name] else { throw Principals.missing("role", name) }
            if role["Attached"]?.list?.isEmpty == false { throw Principals.bound("detach all policies") }
            if role["Inline"]?.map?.isEmpty == false { throw Principals.bound("delete policies") }
            shelf.records[IdentityDesk.Kind.role, name] = nil
        }
        return .null
    }
}
