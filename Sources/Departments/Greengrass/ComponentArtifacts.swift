internal import AWSProtocol
internal import Core
internal import Records

/// Where a component's artifacts are to be had.
struct ComponentArtifacts: Sendable {
    let desk: GreengrassDesk

    var operations: [Operation] {
        [
            Operation(
                "GetComponentVersionArtifact",
                [
                    Components.arn, Member("artifactName", required: true, 1...1024),
                    Member("s3EndpointType", words: ["REGIONAL", "GLOBAL"]),
                    Member("iotEndpointType", words: ["fips", "standard"]),
                ],
                at: RestPlace(
                    "GET", "/greengrass/v2/components/{arn}/artifacts/{artifactName+}",
                    query: ["s3EndpointType": "s3EndpointType"], fields: ["x-amz-iot-endpoint-type": "iotEndpointType"]),
                on: Components.on
            ) { call throws(ServiceProblem) in
                let arn = try ComponentARN(call["arn"], desk)
                let component = try desk.shelf.consult { database in
                    try Components.find(arn, database, call["arn"])
                }
                let name = call["artifactName"]
                guard let artifact = component.artifacts.first(where: { $0.name == name }) else {
                    throw GreengrassProblem.missing("Artifact", name)
                }
                return ["preSignedUrl": .text(try desk.plant.address(ofObject: artifact.key, in: artifact.bucket))]
            }
        ]
    }
}
