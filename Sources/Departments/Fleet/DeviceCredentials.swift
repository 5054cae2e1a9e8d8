package import AWSProtocol
package import Core
internal import Records

/// Lends a role for so many seconds to whoever came with a certificate: the four values that clients sign with.
package typealias RoleLender =
    @Sendable (_ role: String, _ session: String, _ seconds: Int, _ call: Call) throws(ServiceProblem) -> Datum

/// Keys for a while instead of a certificate, so that components on a device can sign as AWS's SDKs do.
struct DeviceCredentials: Sendable {
    let desk: FleetDesk
    let lender: RoleLender

    var operation: Operation {
        Operation(
            "AssumeRoleWithCertificate", [Member("roleAlias", required: true, 1...128)],
            at: RestPlace("GET", "/role-aliases/{roleAlias}/credentials"), on: FleetDesk.on("rolealias", "roleAlias")
        ) { call throws(ServiceProblem) in
            let name = call["roleAlias"]
            let found = try desk.shelf.read { database throws(Fault) in try RoleAliases.find(name, database) }
            guard let alias = found else { throw FleetProblem.missing("Role alias \(name)") }
            let keys = try lender(alias.role, call.caller.keyID, alias.seconds, call)
            return [
                "credentials": [
                    "accessKeyId": keys["AccessKeyId"] ?? .null, "secretAccessKey": keys["SecretAccessKey"] ?? .null,
                    "sessionToken": keys["SessionToken"] ?? .null, "expiration": keys["Expiration"] ?? .null,
                ]
            ]
        }
    }
}
