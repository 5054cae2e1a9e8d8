import Core
import Recipes
import Testing

/// Section 2 of the contract, "Changes".
@Suite struct ChangePlanTests {
    static let node = NodeFacts(platform: linux, folders: NodeFolders(root: "/gg"), thingName: "t")
    static let steps: Datum = [
        "Install": "i", "Startup": "s", "Run": "r", "Shutdown": "d", "Recover": "v", "Uninstall": "u",
        "Setenv": ["A": "1"],
    ]

    static func ready(
        _ recipes: [Recipe], _ configurations: [ComponentName: Datum] = [:], runsAs: [ComponentName: String] = [:]
    ) throws -> [ReadyComponent] {
        let configurations = Dictionary(
            uniqueKeysWithValues: recipes.map { ($0.name, configurations[$0.name] ?? .map($0.defaultConfiguration)) })
        return try Preparation.ready(recipes, configurations: configurations, on: node, runsAs: runsAs)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let path: String
        let value: Datum?
        let change: ChangePlan.Change
    }

    @Test(arguments: [
        Row(testDescription: "nothing", path: "ComponentDescription", value: "x", change: .none),
        Row(testDescription: "install", path: "Manifests/0/Lifecycle/Install", value: "i2", change: .reinstall),
        Row(
            testDescription: "install's time-out", path: "Manifests/0/Lifecycle/Install",
            value: ["Script": "i", "Timeout": 7], change: .reinstall),
        Row(testDescription: "bootstrap", path: "Manifests/0/Lifecycle/Bootstrap", value: "b", change: .reinstall),
        Row(testDescription: "startup", path: "Manifests/0/Lifecycle/Startup", value: "s2", change: .restart),
        Row(testDescription: "run", path: "Manifests/0/Lifecycle/Run", value: "r2", change: .restart),
        Row(testDescription: "run is gone", path: "Manifests/0/Lifecycle/Run", value: nil, change: .restart),
        Row(testDescription: "shutdown", path: "Manifests/0/Lifecycle/Shutdown", value: "d2", change: .none),
        Row(testDescription: "recover", path: "Manifests/0/Lifecycle/Recover", value: "v2", change: .none),
        Row(testDescription: "uninstall", path: "Manifests/0/Lifecycle/Uninstall", value: "u2", change: .none),
        Row(testDescription: "version", path: "ComponentVersion", value: "1.0.1", change: .reinstall),
        Row(
            testDescription: "artifacts", path: "Manifests/0/Artifacts", value: [["Uri": "s3://b/k"]],
            change: .reinstall),
        Row(
            testDescription: "a default that nobody reads", path: "ComponentConfiguration/DefaultConfiguration/Other",
            value: 2, change: .none),
        Row(
            testDescription: "a new dependency", path: "ComponentDependencies/com.b/VersionRequirement", value: "*",
            change: .restart),
    ])
    func followsTheContract(_ row: Row) throws {
        let before = document("com.a", lifecycle: Self.steps)
        let after = before.with(row.path.split(separator: "/").map(String.init), row.value)
        let plan = ChangePlan(
            from: try Self.ready([try RecipeReader.read(before).recipe]),
            to: try Self.ready([try RecipeReader.read(after).recipe]))
        #expect(plan["com.a"]?.change == row.change)
        #expect((plan["com.a"]?.reasons.isEmpty == true) == (row.change == .none && !row.path.contains("Lifecycle")))
    }

    @Test func lifecycleVariablesRestartAndReinstall() throws {
        let before = document("com.a", lifecycle: ["Run": "r", "Setenv": ["A": "1"]])
        let after = before.with(["Manifests", "0", "Lifecycle", "Setenv", "A"], "2")
        let plan = ChangePlan(
            from: try Self.ready([try RecipeReader.read(before).recipe]),
            to: try Self.ready([try RecipeReader.read(after).recipe]))
        #expect(plan["com.a"]?.change == .restart)
    }

    @Test func aConfigurationValueCountsWhereItIsReadOnly() throws {
        let recipe = try makeRecipe(
            "com.a", defaults: ["Port": 1, "Other": 1], lifecycle: ["Run": "serve {configuration:/Port}"])
        let old = try Self.ready([recipe])
        #expect(
            ChangePlan(from: old, to: try Self.ready([recipe], ["com.a": ["Port": 1, "Other": 2]]))["com.a"]?.change
                == ChangePlan.Change.none)
        #expect(
            ChangePlan(from: old, to: try Self.ready([recipe], ["com.a": ["Port": 2, "Other": 1]]))["com.a"]?.change
                == .restart)
    }

    @Test func anotherUserReinstalls() throws {
        let recipe = try makeRecipe("com.a")
        let plan = ChangePlan(from: try Self.ready([recipe]), to: try Self.ready([recipe], runsAs: ["com.a": "vision"]))
        #expect(plan["com.a"]?.change == .reinstall)
    }

    @Test func hardDependentsFollowAndSoftOnesDoNot() throws {
        let old = try [
            makeRecipe("com.base", lifecycle: ["Run": "1"]), makeRecipe("com.hard", needs: ["com.base": "*"]),
            makeRecipe("com.soft", soft: ["com.base": "*"]), makeRecipe("com.top", needs: ["com.hard": "*"]),
        ]
        let new = try [makeRecipe("com.base", lifecycle: ["Run": "2"])] + old.dropFirst()
        let plan = ChangePlan(from: try Self.ready(old), to: try Self.ready(new))
        #expect(plan.entries.map(\.change) == [.restart, .restart, .none, .restart])
        #expect(plan["com.top"]?.reasons == ["follows com.hard"])
    }

    /// A41: a new model leaves the process that does not name its folder alone.
    @Test func aComponentThatRunsNothingTakesNobodyWithIt() throws {
        func recipes(_ model: String, _ run: Datum) throws -> [Recipe] {
            [
                try makeRecipe("com.model", model, lifecycle: [:]),
                try makeRecipe("com.app", needs: ["com.model": "*"], lifecycle: ["Run": run]),
            ]
        }
        func plan(_ run: Datum) throws -> ChangePlan {
            ChangePlan(from: try Self.ready(try recipes("1.0.0", run)), to: try Self.ready(try recipes("2.0.0", run)))
        }
        #expect(try plan("app").entries.map(\.change) == [.reinstall, .none])
        #expect(try plan("app {com.model:artifacts:path}").entries.map(\.change) == [.reinstall, .restart])
    }

    @Test func knowsTheNewAndTheRemoved() throws {
        let old = try Self.ready([makeRecipe("com.a"), makeRecipe("com.b", needs: ["com.a": "*"])])
        let new = try Self.ready([makeRecipe("com.c", lifecycle: ["Bootstrap": "b", "Run": "r"])])
        let plan = ChangePlan(from: old, to: new)
        #expect(plan.entries.map(\.name) == ["com.c", "com.b", "com.a"])
        #expect(plan.entries.map(\.change) == [.new, .removed, .removed])
        #expect(plan.entries.map(\.needsBootstrap) == [true, false, false])
    }

    @Test(arguments: [("1.0.0", "b", false), ("1.0.1", "b", true), ("1.0.0", "b2", true)])
    func bootstrapsOnlyWhatChanged(version: String, script: String, needs: Bool) throws {
        let old = try makeRecipe("com.a", lifecycle: ["Bootstrap": "b", "Run": "r"])
        let new = try makeRecipe("com.a", version, lifecycle: ["Bootstrap": .text(script), "Run": "r"])
        #expect(ChangePlan(from: try Self.ready([old]), to: try Self.ready([new]))["com.a"]?.needsBootstrap == needs)
    }
}
