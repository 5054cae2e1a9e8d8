internal import AWSProtocol
internal import Core
internal import Records

/// The account's role for the service, and how things say they can be reached. These calls are older than the rest: their
/// members begin with capitals.
struct GreengrassSettings: Sendable {
    let desk: GreengrassDesk
    private static let role = "role"

    var operations: [Operation] {
        let thing = Member("thingName", required: true, 1...128, marks: ":_-")
        let info = Shape.structure([
            Member("Id"), Member("HostAddress"), Member("PortNumber", .whole, 0...65_535), Member("Metadata"),
        ])
        let on: Operation.Resources = { [$0.arn("iot", "thing/\($0["thingName"])")] }
        return [
            Operation(
                "AssociateServiceRoleToAccount", [Member("RoleArn", required: true, 1...2048)],
                at: RestPlace("PUT", "/greengrass/servicerole")
            ) { call throws(ServiceProblem) in
                let role = call["RoleArn"]
                guard role.hasPrefix("arn:aws:iam::"), role.contains(":role/") else {
                    throw GreengrassProblem.invalid("roleArn must be the ARN of a role: arn:aws:iam::ACCOUNT:role/NAME")
                }
                let now = Self.now
                try desk.shelf.change {
                    $0.records[GreengrassDesk.kind, Self.role] = ["RoleArn": .text(role), "AssociatedAt": now]
                }
                return ["AssociatedAt": now]
            },
            Operation("GetServiceRoleForAccount", at: RestPlace("GET", "/greengrass/servicerole")) {
                _ throws(ServiceProblem) in
                guard let role = desk.shelf.records[GreengrassDesk.kind, Self.role] else {
                    throw GreengrassProblem.missing("Service role", "of this account")
                }
                return role
            },
            Operation("DisassociateServiceRoleFromAccount", at: RestPlace("DELETE", "/greengrass/servicerole")) {
                _ throws(ServiceProblem) in
                try desk.shelf.change { $0.records[GreengrassDesk.kind, Self.role] = nil }
                return ["DisassociatedAt": Self.now]
            },
            Operation(
                "GetConnectivityInfo", [thing],
                at: RestPlace("GET", "/greengrass/things/{thingName}/connectivityInfo"), on: on
            ) { call throws(ServiceProblem) in
                let kept = desk.shelf.records[GreengrassDesk.kind, Self.key(call)]
                return ["ConnectivityInfo": kept?["info"] ?? []]
            },
            Operation(
                "UpdateConnectivityInfo", [thing, Member("ConnectivityInfo", .list(info), required: true, 0...10)],
                at: RestPlace("PUT", "/greengrass/things/{thingName}/connectivityInfo"), on: on
            ) { call throws(ServiceProblem) in
                guard try desk.plant.hasThing(call["thingName"]) else {
                    throw GreengrassProblem.invalid("there is no thing \(call["thingName"])")
                }
                let version = try desk.shelf.change { work in
                    let version = (work.records[GreengrassDesk.kind, Self.key(call)]?["version"]?.whole ?? 0) + 1
                    work.records[GreengrassDesk.kind, Self.key(call)] = [
                        "info": .list(call.list("ConnectivityInfo")), "version": .whole(version),
                    ]
                    return version
                }
                return ["Version": .text("\(version)"), "Message": "Connectivity information is updated."]
            },
        ]
    }

    private static func key(_ call: Call) -> String { "connectivity/\(call["thingName"])" }
    private static var now: Datum { .text(CivilTime(milliseconds: Int64(WallClock.milliseconds)).iso) }
}
