internal import AWSProtocol
internal import Core
internal import JSON
internal import Recipes
internal import Records

/// Which version of a component a device is to take.
struct Candidates: Sendable {
    let desk: GreengrassDesk

    var operations: [Operation] {
        let candidate = Shape.structure([
            Member("componentName", 1...128), Member("componentVersion", 1...64),
            Member("versionRequirements", .map(.text)),
        ])
        let platform = Shape.structure([Member("name", 1...1024), Member("attributes", .map(.text))])
        return [
            Operation(
                "ResolveComponentCandidates",
                [Member("platform", platform), Member("componentCandidates", .list(candidate), 1...100)],
                at: RestPlace("POST", "/greengrass/v2/resolveComponentCandidates"),
                on: { [$0.arn("greengrass", "components:*")] }
            ) { call throws(ServiceProblem) in
                guard !call.list("componentCandidates").isEmpty else {
                    throw GreengrassProblem.invalid("componentCandidates has to be given")
                }
                let attributes = (call.map("platform")["attributes"]?.map ?? DatumMap()).members
                let platform = Platform(Dictionary(attributes.map { ($0.key, $0.value.text ?? "") }) { $1 })
                var resolved: [Datum] = []
                for candidate in call.list("componentCandidates") {
                    resolved.append(try resolve(candidate, platform))
                }
                return ["resolvedComponentVersions": .list(resolved)]
            }
        ]
    }

    /// What a device's own software is, or brings along, is not the hub's to give: it would be put in its place, and is hollow.
    private static func isGiven(_ name: ComponentName) -> Bool {
        !BuiltInComponents.has(name) || name.text == BuiltInComponents.tokenExchange
    }

    /// The newest that satisfies everybody and runs on the platform; what the device has is kept when it does.
    private func resolve(_ candidate: Datum, _ platform: Platform) throws(ServiceProblem) -> Datum {
        guard let text = candidate["componentName"]?.text else {
            throw GreengrassProblem.invalid("componentCandidates: componentName has to be given")
        }
        let name: ComponentName
        var requirements: [(by: String, VersionRequirement)] = []
        do throws(Fault) {
            name = try ComponentName(parsing: text)
            for (by, range) in (candidate["versionRequirements"]?.map ?? DatumMap()).members {
                requirements.append((by, try VersionRequirement(parsing: range.text ?? "")))
            }
        } catch { throw GreengrassProblem.invalid(error, at: text) }
        let wishes = requirements
        let present = candidate["componentVersion"]?.text
        let found = try desk.shelf.read { database throws(Fault) -> StoredComponent? in
            guard Self.isGiven(name) else { return nil }
            let versions = try StoredComponent.versions(of: name, database)
            for version in versions.filter({ "\($0)" == present }) + versions
            where wishes.allSatisfy({ $0.1.isSatisfied(by: version) }) {
                guard let component = try StoredComponent.find(name, version, database) else { continue }
                if component.runs(on: platform) { return component }
            }
            return nil
        }
        guard let found else {
            let wanted = wishes.map { "\($0.1) (by \($0.by))" }.joined(separator: ", ")
            throw GreengrassProblem.missing(
                "Component",
                "\(name) that satisfies \(wanted.isEmpty ? "anything" : wanted) on \(platform.description)")
        }
        return [
            "arn": .text(ComponentARN(name, found.version).text(desk)), "componentName": .text(name.text),
            "componentVersion": .text("\(found.version)"),
            "recipe": .text(Base64.text(RecipeIntake.served(found).json)), "vendorGuidance": "ACTIVE",
            "message": "NONE",
        ]
    }
}

extension StoredComponent {
    /// A platform that is not told is any.
    func runs(on platform: Platform) -> Bool {
        guard !platform.attributes.isEmpty, let recipe = try? RecipeReader.read(recipe).recipe else { return true }
        return (try? recipe.manifest(for: platform)) != nil
    }
}
