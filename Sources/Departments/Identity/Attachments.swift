internal import AWSProtocol
internal import Core
internal import Records

/// What a user or a role may: policies attached by their ARN, and policies of its own. The same for both.
struct Attachments: Sendable {
    let desk: IdentityDesk
    /// `Role` or `User`.
    let word: String

    private var kind: String { word == "Role" ? IdentityDesk.Kind.role : IdentityDesk.Kind.user }

    var operations: [Operation] {
        let name = Member(word + "Name", required: true, Principals.name, marks: Principals.marks)
        let arn = Member("PolicyArn", required: true, 20...2048)
        let policy = Member("PolicyName", required: true, Principals.policyName, marks: Principals.marks)
        return [
            Operation("Attach\(word)Policy", [name, arn], on: arns) { call throws(ServiceProblem) in try attach(call) }
                .telling { ["iam:PolicyARN": [$0["PolicyArn"]]] },
            Operation("Detach\(word)Policy", [name, arn], on: arns) { call throws(ServiceProblem) in try detach(call) }
                .telling { ["iam:PolicyARN": [$0["PolicyArn"]]] },
            Operation("ListAttached\(word)Policies", [name, Member("PathPrefix")] + Principals.paging, on: arns) {
                call throws(ServiceProblem) in try list(call)
            },
            Operation(
                "Put\(word)Policy", [name, policy, Member("PolicyDocument", required: true, 1...131_072)], on: arns
            ) { call throws(ServiceProblem) in
                try CustomerPolicies.check(call["PolicyDocument"])
                return try change(call) { inline in inline[call["PolicyName"]] = .text(call["PolicyDocument"]) }
            },
            Operation("Get\(word)Policy", [name, policy], on: arns) { call throws(ServiceProblem) in
                guard let document = try holder(call)["Inline"]?[call["PolicyName"]]?.text else { throw noInline(call) }
                return [
                    word + "Name": .text(call[word + "Name"]), "PolicyName": .text(call["PolicyName"]),
                    "PolicyDocument": Principals.encoded(document),
                ]
            },
            Operation("Delete\(word)Policy", [name, policy], on: arns) { call throws(ServiceProblem) in
                let refusal = noInline(call)
                return try change(call) { inline throws(ServiceProblem) in
                    guard inline[call["PolicyName"]] != nil else { throw refusal }
                    inline[call["PolicyName"]] = nil
                }
            },
            Operation("List\(word)Policies", [name] + Principals.paging, on: arns) { call throws(ServiceProblem) in
                let names = try holder(call)["Inline"]?.map?.keys.sorted() ?? []
                return try Principals.part(call, "PolicyNames", names) { .text($0) }
            },
        ]
    }

    private func arns(_ call: Call) -> [String] {
        let name = call[word + "Name"]
        let path = desk.shelf.records[kind, name]?["Path"]?.text ?? "/"
        return [Principals.arn(word.lowercased(), path, name, account: call.account)]
    }

    private func holder(_ call: Call) throws(ServiceProblem) -> Datum {
        let name = call[word + "Name"]
        guard let holder = desk.shelf.records[kind, name] else { throw Principals.missing(word.lowercased(), name) }
        return holder
    }

    private func noInline(_ call: Call) -> ServiceProblem {
        ServiceProblem(
            "NoSuchEntity", "The \(word.lowercased()) policy with name \(call["PolicyName"]) cannot be found.",
            status: 404)
    }

    private func attach(_ call: Call) throws(ServiceProblem) -> Datum {
        let arn = call["PolicyArn"]
        return try changeAttached(call) { list, records throws(ServiceProblem) in
            guard arn.hasPrefix("arn:aws:iam::"), arn.contains(":policy/") else {
                throw ServiceProblem("InvalidInput", "ARN \(arn) is not valid.")
            }
            guard IdentityDesk.knows(policy: arn, records) else {
                throw ServiceProblem(
                    "NoSuchEntity", "Policy \(arn) does not exist or is not attachable.", status: 404)
            }
            return list.contains(.text(arn)) ? list : list + [.text(arn)]
        }
    }

    private func detach(_ call: Call) throws(ServiceProblem) -> Datum {
        let arn = call["PolicyArn"]
        return try changeAttached(call) { list, _ throws(ServiceProblem) in
            guard list.contains(.text(arn)) else {
                throw ServiceProblem("NoSuchEntity", "Policy \(arn) was not found.", status: 404)
            }
            return list.filter { $0 != .text(arn) }
        }
    }

    private func list(_ call: Call) throws(ServiceProblem) -> Datum {
        let arns = try holder(call)["Attached"]?.list?.compactMap(\.text).sorted() ?? []
        return try Principals.part(call, "AttachedPolicies", arns) { arn in
            ["PolicyName": .text(arn.split(separator: "/").last.map(String.init) ?? arn), "PolicyArn": .text(arn)]
        }
    }

    private func changeAttached(
        _ call: Call, _ body: @escaping @Sendable ([Datum], Records) throws(ServiceProblem) -> [Datum]
    ) throws(ServiceProblem) -> Datum {
        try changeHolder(call) { holder, records throws(ServiceProblem) in
            holder["Attached"] = .list(try body(holder["Attached"]?.list ?? [], records))
        }
    }

    private func change(
        _ call: Call, _ body: @escaping @Sendable (inout DatumMap) throws(ServiceProblem) -> Void
    ) throws(ServiceProblem) -> Datum {
        try changeHolder(call) { holder, _ throws(ServiceProblem) in
            var inline = holder["Inline"]?.map ?? DatumMap()
            try body(&inline)
            holder["Inline"] = .map(inline)
        }
    }

    private func changeHolder(
        _ call: Call, _ body: @escaping @Sendable (inout DatumMap, Records) throws(ServiceProblem) -> Void
    ) throws(ServiceProblem) -> Datum {
        let (name, kind, word) = (call[word + "Name"], kind, word)
        try desk.shelf.change { shelf in
            guard var holder = shelf.records[kind, name]?.map else { throw Principals.missing(word.lowercased(), name) }
            try body(&holder, shelf.records)
            shelf.records[kind, name] = .map(holder)
        }
        return .null
    }
}
