internal import Core
internal import Crypto
internal import Recipes

/// What a set of recipes comes to on a node: for people the order of starting, for programs everything.
struct ResolutionReport {
    let resolution: Resolution
    let ready: [ReadyComponent]
    let node: NodeFacts

    var text: String {
        let widest = resolution.members.map { $0.name.text.count + "\($0.version)".count }.max() ?? 0
        return zip(resolution.members, ready).map { member, component -> String in
            let title = "\(member.name) \(member.version)"
            let space = String(repeating: " ", count: widest + 3 - title.count)
            let steps = component.steps.keys.sorted().map(\.title).joined(separator: ", ")
            let lost = component.unresolved.map { "\n    unresolved in \($0)" }.joined()
            return title + space + (steps.isEmpty ? "runs nothing" : steps) + "; "
                + member.wantedBy.map(\.description).joined(separator: ", ") + lost
        }.joined(separator: "\n")
    }

    var datum: Datum {
        .list(
            zip(resolution.members, ready).map { member, component in
                [
                    "component": .text(member.name.text), "version": .text("\(member.version)"),
                    "root": .bool(member.isRoot),
                    "wantedBy": .list(member.wantedBy.map { .text($0.description) }),
                    "dependencies": .list(component.dependencies.map(Self.datum)),
                    "configuration": component.configuration,
                    "environment": .map(DatumMap(environment(component))),
                    "artifacts": .list(component.artifacts.map(Self.datum)),
                    "steps": .map(
                        DatumMap(
                            component.steps.sorted { $0.key < $1.key }.map { ($0.key.rawValue, Self.datum($0.value)) })),
                    "unresolved": .list(component.unresolved.map { .text($0.description) }),
                ]
            })
    }

    private func environment(_ component: ReadyComponent) -> [(String, Datum)] {
        ComponentEnvironment.entries(for: component, among: ready, on: node).map { ($0.name, .text($0.value)) }
    }

    private static func datum(_ dependency: Dependency) -> Datum {
        [
            "component": .text(dependency.name.text), "versions": .text(dependency.requirement.text),
            "kind": .text(dependency.kind.rawValue),
        ]
    }

    private static func datum(_ artifact: Artifact) -> Datum {
        [
            "file": .text(artifact.fileName), "source": .text(artifact.source.description),
            "digest": artifact.digest.map { .text($0.description) } ?? .null,
            "unarchive": .text(artifact.unarchive.rawValue),
        ]
    }

    private static func datum(_ step: ReadyComponent.Step) -> Datum {
        [
            "script": .text(step.script), "timeoutSeconds": step.timeoutSeconds.map { .whole($0) } ?? .null,
            "requiresPrivilege": .bool(step.requiresPrivilege),
            "skipIf": step.skipIf.map { .text($0.description) } ?? .null,
            "environment": .map(DatumMap(step.environment.map { ($0.name, .text($0.value)) })),
        ]
    }
}
