import Core
import Crypto
import Recipes
import Testing

@testable import Node

/// From what is wanted to what runs, and what of it is new (A15, A18, A21, D34).
@Suite struct GenerationTests {
    private static let node = NodeFacts(
        platform: .linux(architecture: "amd64"), folders: NodeFolders(root: "/node"), thingName: "edge-1")

    private static func recipe(
        _ name: String, _ version: String, script: String = "run", needs: String = "", os: String = "linux"
    ) -> (name: String, text: [UInt8]) {
        let dependencies = needs.isEmpty ? "" : #""ComponentDependencies": {\#(needs)},"#
        let text = #"""
            {"RecipeFormatVersion": "2020-01-25", "ComponentName": "\#(name)", "ComponentVersion": "\#(version)", \#(dependencies)
             "ComponentConfiguration": {"DefaultConfiguration": {"Interval": 10, "Bus": "default"}},
             "Manifests": [{"Platform": {"os": "\#(os)"}, "Lifecycle": {"Run": {"Script": "\#(script) {configuration:/Interval}"}}}]}
            """#
        return ("\(name)-\(version).json", Array(text.utf8))
    }

    private static func plan(
        _ document: String, _ recipes: [(name: String, text: [UInt8])], active: Generation = Generation(),
        memberships: Set<String>? = nil, created: Int = 1_000
    ) throws(Fault) -> GenerationPlan {
        try GenerationPlan(
            DeploymentDocument(parsing: Array(document.utf8)), active: active, shelf: RecipeShelf(recipes),
            hunt: ArtifactHunt(folder: nil, length: { _ in 0 }), node: node, memberships: memberships,
            created: created)
    }

    @Test func theHighestVersionOfARangeIsTaken() throws {
        let recipes = ["1.0.0", "1.4.2", "2.0.0"].map { Self.recipe("com.x", $0) }
        let plan = try Self.plan("components: {com.x: {componentVersion: '>=1.0.0 <2.0.0'}}", recipes)
        #expect(plan.generation.members.map { "\($0.name) \($0.version)" } == ["com.x 1.4.2"])
    }

    @Test func aConflictNamesEveryParty() {
        let recipes = [
            Self.recipe("com.x", "1.0.0"), Self.recipe("com.x", "2.0.0"),
            Self.recipe("com.a", "1.0.0", needs: #""com.x": {"VersionRequirement": "<2.0.0"}"#),
            Self.recipe("com.b", "1.0.0", needs: #""com.x": {"VersionRequirement": ">=2.0.0"}"#),
        ]
        #expect {
            try Self.plan("components: {com.a: {componentVersion: 1.0.0}, com.b: {componentVersion: 1.0.0}}", recipes)
        } throws: {
            let text = "\($0)"
            return ["com.x", "com.a", "com.b", "<2.0.0", ">=2.0.0"].allSatisfy(text.contains)
        }
    }

    @Test(
        arguments: [
            (nil, ["com.a", "com.b", "com.x"]), ([], ["com.b", "com.x"]),
            (["thinggroup/left"], ["com.a", "com.b", "com.x"]),
        ] as [(Set<String>?, [String])])
    func whatALeftGroupBroughtGoes(_ memberships: Set<String>?, _ names: [String]) throws {
        let recipes = ["com.a", "com.b", "com.x"].map { Self.recipe($0, "1.0.0") }
        let grouped = try Self.plan(
            "groupName: thinggroup/left\ncomponents: {com.a: {componentVersion: 1.0.0}}", recipes)
        let both = try Self.plan(
            "groupName: thing/press\ncomponents: {com.b: {componentVersion: 1.0.0}}", recipes,
            active: grouped.generation)
        let plan = try Self.plan(
            "components: {com.x: {componentVersion: 1.0.0}}", recipes, active: both.generation,
            memberships: memberships)
        #expect(plan.generation.members.map(\.name.text).sorted() == names)
    }

    @Test func aMachineThatNoManifestFitsIsNamed() {
        #expect {
            try Self.plan(
                "components: {com.x: {componentVersion: 1.0.0}}", [Self.recipe("com.x", "1.0.0", os: "windows")])
        } throws: { "\($0)".contains("no platform match") && "\($0)".contains("com.x") }
    }

    @Test func configurationIsMergedAndKept() throws {
        let recipes = [Self.recipe("com.x", "1.0.0")]
        let first = try Self.plan(
            "components: {com.x: {componentVersion: 1.0.0, configurationUpdate: {merge: {Interval: 3}}}}", recipes)
        let name = try ComponentName(parsing: "com.x")
        #expect(first.generation[name]?.configuration.value == ["Interval": 3, "Bus": "default"])
        let second = try Self.plan(
            "components: {com.x: {componentVersion: 1.0.0, configurationUpdate: {merge: {Bus: edge}}}}", recipes,
            active: first.generation, created: 2_000)
        #expect(second.generation[name]?.configuration.value == ["Interval": 3, "Bus": "edge"])
        let late = try Self.plan(
            "components: {com.x: {componentVersion: 1.0.0, configurationUpdate: {merge: {Bus: old}}}}", recipes,
            active: second.generation, created: 1_500)
        #expect(late.generation[name]?.configuration.value == ["Interval": 3, "Bus": "edge"])
        #expect(late.losses.contains { $0.contains("the deployment") && $0.contains("old") })
    }

    @Test func onlyWhatChangesIsTouched() throws {
        let recipes = [
            Self.recipe("com.x", "1.0.0"), Self.recipe("com.y", "1.0.0"),
            Self.recipe("com.y", "2.0.0", script: "other"),
        ]
        let both = "components: {com.x: {componentVersion: 1.0.0}, com.y: {componentVersion: '*'}}"
        let first = try Self.plan(
            "components: {com.x: {componentVersion: 1.0.0}, com.y: {componentVersion: 1.0.0}}", recipes)
        let kept = try Self.plan(both, recipes, active: first.generation)
        #expect(kept.changes.entries.map(\.change) == [.none, .none], "what runs satisfies the range")
        let next = try Self.plan(
            "components: {com.x: {componentVersion: 1.0.0}, com.y: {componentVersion: 2.0.0}}", recipes,
            active: first.generation)
        #expect(next.changes[try ComponentName(parsing: "com.x")]?.change == ChangePlan.Change.none)
        #expect(next.changes[try ComponentName(parsing: "com.y")]?.change == .reinstall)
        let less = try Self.plan("components: {com.y: {componentVersion: 1.0.0}}", recipes, active: first.generation)
        #expect(less.changes[try ComponentName(parsing: "com.x")]?.change == .removed)
    }

    /// A file that changed under the same version is a change; what is built in never is.
    @Test func aChangedFileIsAChange() throws {
        func recipe(_ content: String) -> [(name: String, text: [UInt8])] {
            let text = #"""
                {"RecipeFormatVersion": "2020-01-25", "ComponentName": "com.x", "ComponentVersion": "1.0.0", "Manifests": [{
                  "Artifacts": [{"URI": "data:text/plain;name=app.sh,\#(content)"}], "Lifecycle": {"Run": {"Script": "sh {artifacts:path}/app.sh"}}}]}
                """#
            return [("x.json", Array(text.utf8))]
        }
        let document = "components: {com.x: {componentVersion: 1.0.0}, aws.greengrass.Cli: {componentVersion: 2.12.0}}"
        let first = try Self.plan(document, recipe("one"))
        let same = try Self.plan(document, recipe("one"), active: first.generation)
        #expect(same.changes.entries.filter { $0.change != .none }.isEmpty)
        let other = try Self.plan(document, recipe("two"), active: first.generation)
        #expect(other.changes[try ComponentName(parsing: "com.x")]?.change == .reinstall)
    }

    @Test func groupsKeepTheirOwnRoots() throws {
        let recipes = [Self.recipe("com.x", "1.0.0"), Self.recipe("com.y", "1.0.0")]
        let first = try Self.plan("groupName: fleet\ncomponents: {com.x: {componentVersion: 1.0.0}}", recipes)
        let second = try Self.plan("components: {com.y: {componentVersion: 1.0.0}}", recipes, active: first.generation)
        #expect(second.generation.members.map(\.name.text).sorted() == ["com.x", "com.y"])
        let gone = try Self.plan("groupName: fleet\ncomponents: {}", recipes, active: second.generation)
        #expect(gone.generation.members.map(\.name.text) == ["com.y"])
    }

    @Test func aGenerationIsReadAsItWasWritten() throws {
        let plan = try Self.plan(
            "components: {com.x: {componentVersion: 1.0.0, runWith: {posixUser: 'anna'}}}",
            [Self.recipe("com.x", "1.0.0")])
        let generation = try Generation(plan.generation.bytes)
        #expect(generation == plan.generation)
        #expect(generation.members.first?.user == "anna")
        #expect(try Document.references(of: plan.generation.bytes).count == 1)
    }

    @Test func whatNobodyKnowsIsNotThrownAway() {
        #expect(throws: Fault.self) { try Document.references(of: Array(#"{"lineside": "components/9"}"#.utf8)) }
        #expect((try? Document.references(of: Array("while true; do :; done".utf8)))?.isEmpty == true)
    }
}
