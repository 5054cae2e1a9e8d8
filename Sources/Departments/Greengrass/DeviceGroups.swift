internal import AWSProtocol
internal import Core

/// Which groups a device is in, as it asks before it combines their deployments.
struct DeviceGroups: Sendable {
    let desk: GreengrassDesk

    var operation: Operation {
        Operation(
            "ListThingGroupsForCoreDevice",
            GreengrassDesk.paging + [Member("coreDeviceThingName", required: true, 1...128)],
            at: RestPlace(
                "GET", "/greengrass/v2/coreDevices/{coreDeviceThingName}/thingGroups",
                asking: ["nextToken", "maxResults"]),
            on: { [$0.arn("greengrass", "coreDevices:\($0["coreDeviceThingName"])")] }
        ) { call throws(ServiceProblem) in
            let groups = try desk.plant.groups(ofThing: call["coreDeviceThingName"])
            let (part, next) = try Paging.part(
                groups.map(\.name), token: call.text("nextToken"), limit: call.whole("maxResults") ?? 100)
            let known = Dictionary(groups.map { ($0.name, $0) }) { first, _ in first }
            let rows = part.compactMap { known[$0] }.map { group -> Datum in
                [
                    "thingGroupName": .text(group.name), "thingGroupArn": .text(arn(group.name)),
                    "rootToParentThingGroups": .list(
                        group.above.map { ["groupName": .text($0), "groupArn": .text(arn($0))] }),
                ]
            }
            return ["thingGroups": .list(rows), "nextToken": next.map(Datum.text) ?? .null]
        }
    }

    private func arn(_ group: String) -> String { DeploymentTarget.group(group).arn(desk) }
}
