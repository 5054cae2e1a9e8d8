internal import AWSProtocol
internal import Core
internal import Records

/// People and programs with keys of their own.
struct Users: Sendable {
    let desk: IdentityDesk
    private static let shown = ["Path", "UserName", "UserId", "Arn", "CreateDate", "Tags"]

    var operations: [Operation] {
        let name = Member("UserName", required: true, Principals.name, marks: Principals.marks)
        return [
            Operation(
                "CreateUser", [name, Member("Path", 1...512), Member("Tags", .list(Principals.tag))], on: arns
            ) { call throws(ServiceProblem) in try create(call) }
            .without("PermissionsBoundary"),
            Operation("GetUser", [Member("UserName", .text, Principals.name, marks: Principals.marks)], on: arns) {
                call throws(ServiceProblem) in
                ["User": try get(call)]
            },
            Operation("ListUsers", [Member("PathPrefix", 1...512)] + Principals.paging) { call throws(ServiceProblem) in
                let records = desk.shelf.records
                let keys = records.keys(IdentityDesk.Kind.user).filter {
                    records[IdentityDesk.Kind.user, $0]?["Path"]?.text?.hasPrefix(call.text("PathPrefix") ?? "/")
                        ?? false
                }
                return try Principals.part(call, "Users", keys) { key in
                    records[IdentityDesk.Kind.user, key].map { Principals.shown($0, Self.shown.dropLast()) }
                }
            },
            // There are no groups here; other programs ask for them before they remove a user.
            Operation("ListGroupsForUser", [name] + Principals.paging, on: arns) { call throws(ServiceProblem) in
                _ = try get(call)
                return ["Groups": [], "IsTruncated": false]
            },
            Operation("DeleteUser", [name], on: arns) { call throws(ServiceProblem) in try delete(call) },
        ]
    }

    private func arns(_ call: Call) -> [String] {
        guard let name = call.text("UserName") else { return [call.caller.arn] }
        let path = call.text("Path") ?? desk.shelf.records[IdentityDesk.Kind.user, name]?["Path"]?.text ?? "/"
        return [Principals.arn("user", path, name, account: call.account)]
    }

    private func create(_ call: Call) throws(ServiceProblem) -> Datum {
        let name = call["UserName"]
        let user = Principals.user(
            name, path: try Principals.path(call), tags: call.list("Tags"), account: call.account)
        try desk.shelf.change { shelf in
            guard shelf.records[IdentityDesk.Kind.user, name] == nil else { throw Principals.taken("User", name) }
            shelf.records[IdentityDesk.Kind.user, name] = .map(user)
        }
        return ["User": Principals.shown(.map(user), Self.shown)]
    }

    /// Without a name: whoever asks.
    private func get(_ call: Call) throws(ServiceProblem) -> Datum {
        guard let name = call.text("UserName") ?? desk.userName(of: call.caller) else {
            throw ServiceProblem("ValidationError", "Must specify userName when calling with non-User credentials")
        }
        guard let user = desk.shelf.records[IdentityDesk.Kind.user, name] else {
            throw Principals.missing("user", name)
        }
        return Principals.shown(user, Self.shown)
    }

    private func delete(_ call: Call) throws(ServiceProblem) -> Datum {
        let name = call["UserName"]
        try desk.shelf.change { shelf in
            guard let user = shelf.records[IdentityDesk.Kind.user, name] else { throw Principals.missing("user", name) }
            if user["Attached"]?.list?.isEmpty == false { throw Principals.bound("detach all policies") }
            if user["Inline"]?.map?.isEmpty == false { throw Principals.bound("delete policies") }
            let keys = shelf.records.all(IdentityDesk.Kind.key).filter { $0["UserName"]?.text == name }
            if !keys.isEmpty { throw Principals.bound("delete access keys") }
            shelf.records[IdentityDesk.Kind.user, name] = nil
        }
        return .null
    }
}
