internal import Core
internal import JSON
internal import Recipes

/// A deployment as a hub tells a device, and the same in the words of this node's orders.
/// <https://github.com/aws-greengrass/aws-greengrass-nucleus>
struct HubDocument: Hashable, Sendable {
    let id: String
    /// Names target and revision; reports name it again.
    let configuration: String
    let created: Int
    /// The job by which it came; nil for one that came by the thing's shadow.
    let job: String?
    /// The components that it names, and which versions.
    let roots: [String: String]
    /// As `DeploymentDocument` reads it.
    let order: Datum
    private static let secondsMax = 604_800

    init(_ text: String) throws(Fault) {
        try self.init(try Datum(json: Array(text.utf8), named: "the hub's deployment"), job: nil)
    }

    init(_ document: Datum, job: String?) throws(Fault) {
        self.job = job
        guard let id = document["deploymentId"]?.text, let configuration = document["configurationArn"]?.text else {
            throw Fault(.invalid, "the hub's deployment names no deploymentId and no configurationArn")
        }
        self.id = id
        self.configuration = configuration
        var order: DatumMap = [
            "deploymentId": .text(id), "configurationArn": .text(configuration),
            "deploymentPolicies": Self.policies(document),
        ]
        // A deployment below another takes its place.
        order["targetArn"] = document["parentTargetArn"]
        created = document["creationTimestamp"]?.whole(in: 0...1 << 53) ?? 0
        if created > 0 { order["creationTimestamp"] = .whole(created) }
        var components = DatumMap()
        var roots: [String: String] = [:]
        for (name, component) in (document["components"]?.map ?? DatumMap()).members {
            let version = component["version"] ?? component["componentVersion"]
            roots[name] = version?.text
            var told: DatumMap = ["componentVersion": version ?? .null]
            if let update = component["configurationUpdate"]?.map {
                // What is null is not there.
                told["configurationUpdate"] = .map(
                    DatumMap(update.members.filter { !$0.value.isNull }.map { ($0.key, $0.value) }))
            }
            if let user = component["runWith"]?["posixUser"]?.text { told["runWith"] = ["posixUser": .text(user)] }
            components[name] = .map(told)
        }
        order["components"] = .map(components)
        self.order = .map(order)
        self.roots = roots
    }

    private static func policies(_ document: Datum) -> Datum {
        let update = document["componentUpdatePolicy"]
        var shown: DatumMap = ["action": update?["action"] ?? "NOTIFY_COMPONENTS"]
        if let seconds = update?["timeout"]?.whole(in: 0...Int(Int32.max)) {
            shown["timeout"] = .whole(min(max(1, seconds), secondsMax))
        }
        return [
            "failureHandlingPolicy": document["failureHandlingPolicy"] ?? "ROLLBACK",
            "componentUpdatePolicy": .map(shown),
        ]
    }
}
