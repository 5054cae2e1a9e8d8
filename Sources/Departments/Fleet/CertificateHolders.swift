internal import AWSProtocol
internal import Core
internal import Database
internal import Records

/// Which thing holds which certificate.
struct CertificateHolders: Sendable {
    let desk: FleetDesk
    private static let principal = Member("principal", required: true, 1...2048)

    var operations: [Operation] {
        let on = FleetDesk.on("thing", "thingName")
        let place = "/things/{thingName}/principals"
        let field = ["x-amzn-principal": "principal"]
        return [
            Operation(
                "AttachThingPrincipal", [Things.name, Self.principal, Member("thingPrincipalType")],
                at: RestPlace("PUT", place, query: ["thingPrincipalType": "thingPrincipalType"], fields: field), on: on
            ) { call throws(ServiceProblem) in
                guard call.text("thingPrincipalType") ?? "NON_EXCLUSIVE_THING" == "NON_EXCLUSIVE_THING" else {
                    throw FleetProblem.invalid("exclusive principals are not offered: leave thingPrincipalType out")
                }
                try change(call) { work, id, thing throws(Fault) in
                    try work.run("INSERT OR IGNORE INTO holders VALUES(?, ?)", [.text(id), .text(thing)])
                }
                return .null
            },
            Operation(
                "DetachThingPrincipal", [Things.name, Self.principal],
                at: RestPlace("DELETE", place, fields: field), on: on
            ) { call throws(ServiceProblem) in
                try change(call) { work, id, thing throws(Fault) in
                    try work.run("DELETE FROM holders WHERE certificate = ? AND thing = ?", [.text(id), .text(thing)])
                }
                return .null
            },
            Operation(
                "ListThingPrincipals", TablePage.paging + [Things.name],
                at: RestPlace("GET", place, asking: ["nextToken", "maxResults"]), on: on
            ) { call throws(ServiceProblem) in
                let thing = call["thingName"]
                let isThere = try desk.shelf.read { database throws(Fault) in try Things.find(thing, database) != nil }
                guard isThere else { throw FleetProblem.missing("Thing \(thing)") }
                let list = try TablePage(
                    desk.shelf, call, "SELECT certificate AS key FROM holders WHERE thing = ?1", [.text(thing)]
                ) { [desk] in .text(desk.arn("cert/\($0.text(0))")) }
                return ["principals": .list(list.rows), "nextToken": list.next]
            },
            Operation(
                "ListPrincipalThings", TablePage.paging + [Self.principal],
                at: RestPlace("GET", "/principals/things", query: TablePage.pagingQuery, fields: field),
                on: { [$0["principal"]] }
            ) { call throws(ServiceProblem) in
                let id = try Self.certificate(call["principal"], desk)
                try desk.shelf.consult { database in
                    guard try Certificates.find(id, database) != nil else { throw Certificates.missing(id) }
                }
                let list = try TablePage(
                    desk.shelf, call, "SELECT thing AS key FROM holders WHERE certificate = ?1", [.text(id)]
                ) { .text($0.text(0)) }
                return ["things": .list(list.rows), "nextToken": list.next]
            },
        ]
    }

    /// The certificate that an ARN names.
    static func certificate(_ arn: String, _ desk: FleetDesk) throws(ServiceProblem) -> String {
        guard let id = desk.name(in: arn, "cert"), Certificates.isID(id) else {
            throw FleetProblem.invalid("\(arn.prefix(200)) is not the ARN of a certificate")
        }
        return id
    }

    private func change(
        _ call: Call, _ body: @escaping @Sendable (Database, String, String) throws(Fault) -> Void
    ) throws(ServiceProblem) {
        let thing = call["thingName"]
        let id = try Self.certificate(call["principal"], desk)
        try desk.shelf.change { work in
            guard try Things.find(thing, work.database) != nil else { throw FleetProblem.missing("Thing \(thing)") }
            guard try Certificates.find(id, work.database) != nil else { throw Certificates.missing(id) }
            try body(work.database, id, thing)
        }
    }
}
