internal import Core
internal import JSON
internal import Recipes

/// What is asked for in a deployment, read strictly, and the document that a device is given of it.
struct DeploymentDocument {
    private static let schema = "2021-05-17"
    static let bytesMax = 60_000

    /// As it is kept and told: components, policies with their defaults.
    let body: Datum

    init(_ input: DatumMap) throws(ServiceProblem) {
        let components = input["components"]?.map ?? DatumMap()
        for (name, component) in components.members { try Self.check(name, component) }
        let policies = input["deploymentPolicies"]?.map ?? DatumMap()
        let update = policies["componentUpdatePolicy"]
        let validation = policies["configurationValidationPolicy"]
        var body: DatumMap = [
            "components": .map(components),
            "deploymentPolicies": [
                "failureHandlingPolicy": policies["failureHandlingPolicy"] ?? "ROLLBACK",
                "componentUpdatePolicy": [
                    "timeoutInSeconds": update?["timeoutInSeconds"] ?? 60,
                    "action": update?["action"] ?? "NOTIFY_COMPONENTS",
                ],
                "configurationValidationPolicy": ["timeoutInSeconds": validation?["timeoutInSeconds"] ?? 60],
            ],
        ]
        for name in ["iotJobConfiguration", "parentTargetArn"] { body[name] = input[name] }
        self.body = .map(body)
        guard self.body.json.count <= Self.bytesMax else {
            throw GreengrassProblem.invalid("a deployment may have \(Self.bytesMax) bytes, not \(self.body.json.count)")
        }
    }

    private static func check(_ name: String, _ component: Datum) throws(ServiceProblem) {
        do throws(Fault) {
            _ = try ComponentName(parsing: name)
            _ = try ComponentVersion(parsing: component["componentVersion"]?.text ?? "")
            if let update = component["configurationUpdate"] {
                _ = try ConfigurationUpdate(reading: update, at: "components.\(name).configurationUpdate")
            }
        } catch { throw GreengrassProblem.invalid(error, at: "components.\(name)") }
    }

    /// The versions that it names.
    var components: [(name: ComponentName, version: ComponentVersion)] {
        (body["components"]?.map ?? DatumMap()).members.compactMap { name, component in
            guard let name = try? ComponentName(parsing: name),
                let version = component["componentVersion"]?.text.flatMap({ try? ComponentVersion(parsing: $0) })
            else { return nil }
            return (name, version)
        }
    }

    /// As devices read it. <https://github.com/aws-greengrass/aws-greengrass-nucleus>
    static func told(_ deployment: StoredDeployment, _ target: DeploymentTarget, _ desk: GreengrassDesk) -> Datum {
        let policies = deployment.body["deploymentPolicies"]
        let update = policies?["componentUpdatePolicy"]
        let components = (deployment.body["components"]?.map ?? DatumMap()).members.map { ($0.key, told($0.value)) }
        var document: DatumMap = [
            "deploymentId": .text(deployment.id), "schemaDate": .text(schema),
            "deploymentName": deployment.name.map(Datum.text) ?? .text(deployment.id),
            "configurationArn": .text(deployment.configurationARN(target, desk)),
            "creationTimestamp": .whole(Int(deployment.created)), "components": .map(DatumMap(components)),
            "failureHandlingPolicy": policies?["failureHandlingPolicy"] ?? "ROLLBACK",
            "componentUpdatePolicy": [
                "timeout": update?["timeoutInSeconds"] ?? 60, "action": update?["action"] ?? "NOTIFY_COMPONENTS",
            ],
            "configurationValidationPolicy": [
                "timeout": policies?["configurationValidationPolicy"]?["timeoutInSeconds"] ?? 60
            ],
        ]
        document["parentTargetArn"] = deployment.body["parentTargetArn"]
        return .map(document)
    }

    private static func told(_ component: Datum) -> Datum {
        var told: DatumMap = ["version": component["componentVersion"] ?? .null]
        if let update = component["configurationUpdate"]?.map {
            var shown = DatumMap()
            // A text in the request, an object on the device.
            if let merge = update["merge"]?.text { shown["merge"] = try? Datum(json: Array(merge.utf8)) }
            shown["reset"] = update["reset"]
            told["configurationUpdate"] = .map(shown)
        }
        told["runWith"] = component["runWith"]
        return .map(told)
    }
}
