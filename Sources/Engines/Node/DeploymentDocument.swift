package import Core
internal import Recipes

/// What somebody wants of a node, in Greengrass's words and ours.
package struct DeploymentDocument: Hashable, Sendable {
    package struct Component: Hashable, Sendable {
        let requirement: VersionRequirement
        let update: ConfigurationUpdate?
        let user: String?
    }

    static let localGroup = "LOCAL_DEPLOYMENT"
    private static let keys = [
        "deploymentId", "deploymentName", "groupName", "targetArn", "configurationArn", "creationTimestamp",
        "components", "stations",
        "deploymentPolicies", "takes_held", "iotJobConfiguration", "tags",
    ]

    var id: String?
    var group = DeploymentDocument.localGroup
    /// Milliseconds since 1970.
    var created: Int?
    /// The group's whole list; nil leaves it as it is.
    var components: [ComponentName: Component]?
    /// Which release each station gets.
    var stations: [String: String] = [:]
    var goesBack = true
    /// Nanoseconds to ask those who run; nil: they are not asked.
    var asks: UInt64? = 60 * Span64.second
    var takesHeld = false

    package init(parsing text: [UInt8]) throws(Fault) { try self.init(try RecipeText.document(text)) }

    package init(_ document: Datum) throws(Fault) {
        let top = try DatumReader(document, at: "", keys: Self.keys)
        id = try top.text("deploymentId")
        let (name, target) = (
            try top.text("groupName"),
            try top.text("targetArn") == nil ? top.text("configurationArn") : top.text("targetArn")
        )
        group = name ?? target.map(Self.group(of:)) ?? group
        created = try top.whole("creationTimestamp", in: 0...1 << 53)
        takesHeld = try top.bool("takes_held") ?? false
        if let components = top.value("components") { self.components = try Self.components(components) }
        if let stations = top.value("stations") { self.stations = try Self.stations(stations, "stations") }
        try takeStations()
        guard components != nil || !stations.isEmpty else {
            throw Fault(.invalid, "the deployment names neither components nor stations")
        }
        try readPolicies(top.value("deploymentPolicies"))
    }

    /// The group that an address names: every revision of its deployment is for the same one.
    private static func group(of address: String) -> String {
        guard address.hasPrefix("arn:") else { return address }
        for kind in ["thinggroup/", "thing/"] {
            guard let start = address.firstRange(of: kind)?.lowerBound else { continue }
            let name = address[start...]
            guard address.contains(":configuration:"), let revision = name.lastIndex(of: ":") else {
                return String(name)
            }
            return String(name[..<revision])
        }
        return address
    }

    private static func components(_ datum: Datum) throws(Fault) -> [ComponentName: Component] {
        guard let map = datum.map else { throw Fault(.invalid, "components must be an object, not \(datum.kindName)") }
        var components: [ComponentName: Component] = [:]
        for (key, value) in map.members {
            let path = "components.\(key)"
            do throws(Fault) {
                let reader = try DatumReader(
                    value, at: path, keys: ["componentVersion", "configurationUpdate", "runWith"])
                guard let version = try reader.text("componentVersion") else {
                    throw Fault(.invalid, "\(reader.name("componentVersion")) is missing")
                }
                let runWith = try DatumReader(
                    reader.value("runWith"), at: reader.name("runWith"), keys: ["posixUser", "systemResourceLimits"])
                let update: ConfigurationUpdate? =
                    if let update = reader.value("configurationUpdate") {
                        try ConfigurationUpdate(reading: update, at: reader.name("configurationUpdate"))
                    } else { nil }
                components[try ComponentName(parsing: key)] = Component(
                    requirement: try VersionRequirement(parsing: version), update: update,
                    user: try runWith.text("posixUser"))
            } catch {
                throw error.message.hasPrefix(path)
                    ? error : Fault(error.code, "\(path): \(error.message)", hint: error.hint)
            }
        }
        return components
    }

    /// A hub's deployments know components alone: there the releases are what the node's own configuration is to be.
    private mutating func takeStations() throws(Fault) {
        guard let node = components?.first(where: { $0.key.text == BuiltInComponents.node }),
            let wanted = node.value.update?.merge["stations"]
        else { return }
        let path = "components.\(BuiltInComponents.node).configurationUpdate.merge.stations"
        stations.merge(try Self.stations(wanted, path)) { $1 }
    }

    private static func stations(_ datum: Datum, _ path: String) throws(Fault) -> [String: String] {
        guard let map = datum.map else { throw Fault(.invalid, "\(path) must be an object, not \(datum.kindName)") }
        var stations: [String: String] = [:]
        for (name, value) in map.members {
            let reader = try DatumReader(value, at: "\(path).\(name)", keys: ["release"])
            guard let release = try reader.text("release") else {
                throw Fault(.invalid, "\(reader.name("release")) is missing")
            }
            stations[name] = release
        }
        return stations
    }

    private mutating func readPolicies(_ datum: Datum?) throws(Fault) {
        let policies = try DatumReader(
            datum, at: "deploymentPolicies",
            keys: ["failureHandlingPolicy", "componentUpdatePolicy", "configurationValidationPolicy"])
        goesBack = try policies.choice("failureHandlingPolicy", of: ["ROLLBACK", "DO_NOTHING"]) != "DO_NOTHING"
        let update = try DatumReader(
            policies.value("componentUpdatePolicy"), at: policies.name("componentUpdatePolicy"),
            keys: ["action", "timeoutInSeconds", "timeout"])
        let (cloud, local) = (
            try update.whole("timeoutInSeconds", in: 1...604_800), try update.whole("timeout", in: 1...604_800)
        )
        if let seconds = cloud ?? local { asks = UInt64(seconds) * Span64.second }
        if try update.choice("action", of: ["NOTIFY_COMPONENTS", "SKIP_NOTIFY_COMPONENTS"]) == "SKIP_NOTIFY_COMPONENTS"
        {
            asks = nil
        }
    }
}
