internal import AWSProtocol
internal import Core
internal import Crypto
internal import Database
internal import Records

/// What devices prove themselves with: signed here, under keys of theirs.
struct Certificates: Sendable {
    let desk: FleetDesk
    static let id = Member("certificateId", required: true, 64...64, marks: "")
    private static let statuses = ["ACTIVE", "INACTIVE", "REVOKED"]
    private static let columns = "printf('%020d', n) AS key, id, pem, status, begins, ends, created, modified"
    private static let years: Int64 = 25
    private static let rsaBits = 2048

    var operations: [Operation] {
        let on = FleetDesk.on("cert", "certificateId")
        let active = Member("setAsActive", .flag)
        let place = "/certificates/{certificateId}"
        return [
            Operation(
                "CreateKeysAndCertificate", [active],
                at: RestPlace("POST", "/keys-and-certificate", asking: ["setAsActive"])
            ) { call throws(ServiceProblem) in
                // The key is told once and kept nowhere.
                let key = PrivateKey(.rsa, rsaBits: Self.rsaBits)
                var answer = try issue(for: key.publicKey, call)
                answer["keyPair"] = [
                    "PublicKey": .text(key.publicKey.pem),
                    "PrivateKey": .text(String(decoding: key.pem(passphrase: nil), as: UTF8.self)),
                ]
                return .map(answer)
            },
            Operation(
                "CreateCertificateFromCsr", [Member("certificateSigningRequest", required: true, 1...4096), active],
                at: RestPlace("POST", "/certificates", asking: ["setAsActive"])
            ) { call throws(ServiceProblem) in
                guard let request = CertificateRequest(pem: call["certificateSigningRequest"]) else {
                    throw FleetProblem.invalid(
                        "The certificate signing request is not valid: a PEM request is needed that is signed by its own key, which is RSA of 2048 bits and more, P-256 or Ed25519"
                    )
                }
                return .map(try issue(for: request.key, call))
            },
            Operation("DescribeCertificate", [Self.id], at: RestPlace("GET", place), on: on) {
                call throws(ServiceProblem) in
                guard Self.isID(call["certificateId"]) else {
                    throw FleetProblem.invalid("certificateId has 64 hexadecimal digits")
                }
                return try describe(call)
            },
            Operation(
                "UpdateCertificate", [Self.id, Member("newStatus", required: true, words: Self.statuses)],
                at: RestPlace("PUT", place, asking: ["newStatus"]), on: on
            ) { call throws(ServiceProblem) in
                let id = call["certificateId"]
                try desk.shelf.change { work in
                    guard try Self.find(id, work.database) != nil else { throw Self.missing(id) }
                    try work.database.run(
                        "UPDATE certificates SET status = ?, modified = ? WHERE id = ?",
                        [.text(call["newStatus"]), .now, .text(id)])
                }
                if call["newStatus"] != "ACTIVE" { desk.expel(id) }
                return .null
            },
            Operation(
                "DeleteCertificate", [Self.id, Member("forceDelete", .flag)],
                at: RestPlace("DELETE", place, asking: ["forceDelete"]), on: on
            ) { call throws(ServiceProblem) in try delete(call) },
            Operation(
                "ListCertificates", TablePage.marking,
                at: RestPlace("GET", "/certificates", query: TablePage.markingQuery)
            ) { call throws(ServiceProblem) in
                let list = try TablePage(desk.shelf, call, "SELECT \(Self.columns) FROM certificates") { [desk] row in
                    [
                        "certificateArn": .text(desk.arn("cert/\(row.text(1))")), "certificateId": .text(row.text(1)),
                        "status": .text(row.text(3)), "certificateMode": "DEFAULT", "creationDate": row.time(6),
                    ]
                }
                return ["certificates": .list(list.rows), "nextMarker": list.next]
            },
        ]
    }

    /// A row of the table.
    struct Row: Sendable {
        let id: String
        let pem: String
        let status: String
        let begins: Int64
        let ends: Int64
        let created: Datum
        let modified: Datum

        init(_ row: Statement) {
            id = row.text(1)
            pem = row.text(2)
            status = row.text(3)
            begins = row.int(4)
            ends = row.int(5)
            created = row.time(6)
            modified = row.time(7)
        }
    }

    static func find(_ id: String, _ database: Database) throws(Fault) -> Row? {
        try database.rows("SELECT \(columns) FROM certificates WHERE id = ?", [.text(id)], Row.init).first
    }

    static func isID(_ text: String) -> Bool { text.utf8.count == 64 && Hexadecimal.bytes(text) != nil }

    static func missing(_ id: String) -> ServiceProblem { FleetProblem.missing("Certificate \(id.prefix(80))") }

    private func issue(for key: PublicKey, _ call: Call) throws(ServiceProblem) -> DatumMap {
        let now = Int64(WallClock.milliseconds / 1000)
        // Back by a day, because a device's clock may be behind.
        let (begins, ends) = (now - 86_400, now + Self.years * 365 * 86_400)
        let certificate = desk.authority.issue(
            for: key, commonName: "AWS IoT Certificate", .client, from: begins, until: ends)
        let id = certificate.digest.description
        let status = call.flag("setAsActive") ? "ACTIVE" : "INACTIVE"
        try desk.shelf.change { work in
            try work.database.run(
                """
                INSERT INTO certificates(id, pem, status, begins, ends, created, modified)
                VALUES(?, ?, ?, ?, ?, ?, ?)
                """,
                [.text(id), .text(certificate.pem), .text(status), .int(begins), .int(ends), .now, .now])
        }
        return [
            "certificateArn": .text(desk.arn("cert/\(id)")), "certificateId": .text(id),
            "certificatePem": .text(certificate.pem),
        ]
    }

    private func describe(_ call: Call) throws(ServiceProblem) -> Datum {
        let id = call["certificateId"]
        let found = try desk.shelf.read { database throws(Fault) in try Self.find(id, database) }
        guard let row = found else { throw Self.missing(id) }
        return [
            "certificateDescription": [
                "certificateArn": .text(desk.arn("cert/\(id)")), "certificateId": .text(id),
                "status": .text(row.status), "certificatePem": .text(row.pem), "ownedBy": .text(desk.account),
                "creationDate": row.created, "lastModifiedDate": row.modified, "customerVersion": 1,
                "certificateMode": "DEFAULT",
                "validity": ["notBefore": .whole(Int(row.begins)), "notAfter": .whole(Int(row.ends))],
            ]
        ]
    }

    private func delete(_ call: Call) throws(ServiceProblem) -> Datum {
        let id = call["certificateId"]
        let arn = desk.arn("cert/\(id)")
        let isForced = call.flag("forceDelete")
        try desk.shelf.change { work in
            guard let row = try Self.find(id, work.database) else { throw Self.missing(id) }
            guard row.status != "ACTIVE" else {
                throw ServiceProblem(
                    "CertificateStateException",
                    "Certificate must be deactivated before it is deleted: its status is ACTIVE", status: 406)
            }
            guard try work.database.count("holders", where: "certificate", is: id) == 0 else {
                throw FleetProblem.conflict("Things must be detached before deletion (arn: \(arn))")
            }
            guard try isForced || work.database.count("attachments", where: "target", is: arn) == 0 else {
                throw FleetProblem.conflict("Certificate policies must be detached before deletion (arn: \(arn))")
            }
            try work.database.run("DELETE FROM attachments WHERE target = ?", [.text(arn)])
            try work.database.run("DELETE FROM certificates WHERE id = ?", [.text(id)])
        }
        return .null
    }
}
