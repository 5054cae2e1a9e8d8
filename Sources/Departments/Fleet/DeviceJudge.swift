package import AWSDoor
package import Core
internal import Database
internal import Policies
internal import Records

extension FleetDesk: DeviceGatekeeper {
    package func device(_ certificate: String) throws(ServiceProblem) -> Device? {
        let things = try shelf.read { database throws(Fault) -> [String]? in
            guard try Certificates.find(certificate, database)?.status == "ACTIVE" else { return nil }
            return try database.rows(
                "SELECT thing FROM holders WHERE certificate = ? ORDER BY thing", [.text(certificate)]
            ) { $0.text(0) }
        }
        return things.map {
            Device(certificate: certificate, account: account, arn: arn("cert/\(certificate)"), things: $0)
        }
    }

    package func objection(
        to action: String, on resource: String, by device: Device, _ facts: [String: [String]]
    ) throws(ServiceProblem) -> String? {
        let values = PolicyTargets.values(reaching: device.arn, self)
        let texts = try shelf.read { database throws(Fault) in
            try database.rows(
                """
                SELECT DISTINCT policies.name, editions.document FROM attachments
                JOIN policies ON policies.name = attachments.policy
                JOIN editions ON editions.policy = policies.name AND editions.number = policies.current
                WHERE \(PolicyTargets.reaching)
                """, values
            ) { (name: $0.text(0), document: $0.text(1)) }
        }
        let attached = texts.compactMap { text in
            devicePolicies.document(text.document).map { AttachedPolicy(name: text.name, document: $0) }
        }
        let request = AccessRequest(
            principal: Principal(arn: device.arn, account: "", kind: .device), action: action, resource: resource,
            context: facts)
        switch AccessRules(identity: attached, owner: account).decide(request) {
        case .allowed: return nil
        case .deniedExplicitly(let statement): return "with an explicit deny in a policy (\(statement))"
        case .notAllowed: return "because no policy of its certificate allows it"
        }
    }
}
