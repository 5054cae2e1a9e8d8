internal import AWSProtocol
internal import Core

/// What a deployment is for: a thing, or every thing of a group.
enum DeploymentTarget: Hashable, Sendable {
    case thing(String)
    case group(String)

    init(_ arn: String, _ desk: GreengrassDesk) throws(ServiceProblem) {
        let start = "arn:aws:iot:\(desk.region):\(desk.account):"
        let words = arn.hasPrefix(start) ? arn.dropFirst(start.count).split(separator: "/", maxSplits: 1) : []
        guard words.count == 2, words[1].isMadeOfLetters(and: ":_-") else {
            throw GreengrassProblem.invalid(
                "targetArn: \(arn.prefix(300)) is neither a thing nor a thing group here: \(start)thing/NAME or \(start)thinggroup/NAME"
            )
        }
        switch words[0] {
        case "thing": self = .thing(String(words[1]))
        case "thinggroup": self = .group(String(words[1]))
        default:
            throw GreengrassProblem.invalid(
                "targetArn: a deployment is for a thing or a thinggroup, not for a \(words[0])")
        }
    }

    /// As configurations name it.
    var path: String {
        switch self {
        case .thing(let name): "thing/\(name)"
        case .group(let name): "thinggroup/\(name)"
        }
    }

    /// A group is told by a job of its own for each deployment.
    func jobID(_ deployment: String) -> String? {
        if case .group = self { "gg-\(deployment)" } else { nil }
    }

    func arn(_ desk: GreengrassDesk) -> String { "arn:aws:iot:\(desk.region):\(desk.account):\(path)" }

    func check(_ desk: GreengrassDesk) throws(ServiceProblem) {
        switch self {
        case .thing(let name):
            guard try desk.plant.hasThing(name) else { throw GreengrassProblem.missing("Thing", name) }
        case .group(let name):
            guard try desk.plant.hasGroup(name) else { throw GreengrassProblem.missing("Thing group", name) }
        }
    }
}
