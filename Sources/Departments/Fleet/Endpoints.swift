internal import AWSProtocol
internal import Core

/// Where devices find this hub.
struct Endpoints: Sendable {
    let desk: FleetDesk

    var operations: [Operation] {
        [
            Operation(
                "DescribeEndpoint", [Member("endpointType", 0...128)],
                at: RestPlace("GET", "/endpoint", asking: ["endpointType"])
            ) { call throws(ServiceProblem) in
                switch call.text("endpointType") ?? "iot:Data" {
                case "iot:Data", "iot:Data-ATS": return ["endpointAddress": .text(desk.addresses().messages)]
                case "iot:CredentialProvider", "iot:Jobs":
                    return ["endpointAddress": .text(desk.addresses().documents)]
                case let other:
                    throw FleetProblem.invalid(
                        "\(other.prefix(80)) is none of iot:Data, iot:Data-ATS, iot:CredentialProvider and iot:Jobs")
                }
            }
        ]
    }
}
