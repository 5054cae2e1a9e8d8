import Core
import Recipes
import Testing

@Suite struct PreparationTests {
    static func ready(_ recipes: [Recipe], _ configurations: [ComponentName: Datum] = [:], fills: Bool = false) throws
        -> [ReadyComponent]
    {
        let node = NodeFacts(
            platform: linux, folders: NodeFolders(root: "/gg"), thingName: "press", fillsConfiguration: fills)
        return try Preparation.ready(recipes, configurations: configurations, on: node)
    }

    @Test func spellsStepsOut() throws {
        let recipe = try makeRecipe(lifecycle: [
            "Setenv": ["A": "{work:path}", "B": "1"],
            "Install": "i {artifacts:path}",
            "Run": [
                "Script": "r {configuration:/Port}", "Timeout": "{configuration:/T}",
                "RequiresPrivilege": "{configuration:/P}",
                "Skipif": "exists {kernel:rootPath}/x", "Setenv": ["B": "{iot:thingName}"],
            ],
        ])
        let component = try Self.ready([recipe], ["com.x": ["Port": 1, "T": 30, "P": true]])[0]
        let install = try #require(component.steps[.install])
        #expect(install.script == "i /gg/packages/artifacts/com.x/1.0.0" && install.timeoutSeconds == 120)
        #expect(install.environment == [.init(name: "A", value: "/gg/work/com.x"), .init(name: "B", value: "1")])
        let run = try #require(component.steps[.run])
        #expect(run.script == "r 1" && run.timeoutSeconds == 30 && run.requiresPrivilege)
        #expect(run.skipIf == SkipCondition(parsing: "exists /gg/x"))
        #expect(run.environment == [.init(name: "A", value: "/gg/work/com.x"), .init(name: "B", value: "press")])
        #expect(component.unresolved == [])
    }

    @Test func runMayTakeForEver() throws {
        #expect(try Self.ready([makeRecipe()])[0].steps[.run]?.timeoutSeconds == nil)
    }

    @Test func whatStandsForNothingIsReportedOnceByStep() throws {
        let component = try Self.ready([makeRecipe(lifecycle: ["Run": "{configuration:/none} {configuration:/none}"])])[
            0]
        #expect(component.steps[.run]?.script == "{configuration:/none} {configuration:/none}")
        #expect(component.unresolved.map(\.description) == ["Run: {configuration:/none}"])
    }

    @Test func onlyDirectDependenciesCanBeAsked() throws {
        let script: Datum = ["Run": "{com.b:configuration:/V} {com.c:configuration:/V}"]
        let recipes = try [
            makeRecipe("com.c"), makeRecipe("com.b", needs: ["com.c": "*"]),
            makeRecipe("com.a", needs: ["com.b": "*"], lifecycle: script),
        ]
        let component = try Self.ready(recipes, ["com.b": ["V": "b"], "com.c": ["V": "c"]])[2]
        #expect(component.steps[.run]?.script == "b {com.c:configuration:/V}")
    }

    @Test func configurationsAreFilledWhenTheNodeSaysSo() throws {
        let recipe = try makeRecipe(lifecycle: ["Run": "{configuration:/Path}"])
        let configuration: [ComponentName: Datum] = [
            "com.x": ["Path": "{work:path}/a", "Twice": "{configuration:/Path}"]
        ]
        let component = try Self.ready([recipe], configuration, fills: true)[0]
        #expect(component.configuration == ["Path": "/gg/work/com.x/a", "Twice": "{work:path}/a"])
        #expect(component.steps[.run]?.script == "/gg/work/com.x/a")
        #expect(try Self.ready([recipe], configuration)[0].steps[.run]?.script == "{work:path}/a")
    }

    @Test(
        arguments: [
            (["Timeout": "{configuration:/t}"], "Timeout"),
            (["RequiresPrivilege": "{configuration:/t}"], "RequiresPrivilege"),
            (["Skipif": "{configuration:/t}"], "Skipif"),
        ] as [(DatumMap, String)])
    func aSettingThatIsNoneIsRefused(settings: DatumMap, key: String) throws {
        var step = settings
        step["Script"] = "r"
        let recipe = try makeRecipe(lifecycle: ["Run": .map(step)])
        let fault = #expect(throws: Fault.self) { try Self.ready([recipe], ["com.x": ["t": "soon"]]) }
        #expect(fault?.message.hasPrefix("com.x 1.0.0: Lifecycle.Run.\(key) is \"soon\"") == true)
    }
}
