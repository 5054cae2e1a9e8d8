import Core
import Recipes
import Testing

@Suite struct RecipeReaderTests {
    struct Wrong: Sendable, CustomTestStringConvertible {
        let path: [String]
        let value: Datum?
        let place: String
        let words: String
        init(_ path: String, _ value: Datum?, _ place: String, _ words: String) {
            self.path = path.split(separator: "/").map(String.init)
            self.value = value
            self.place = place
            self.words = words
        }
        var testDescription: String { "\(path.joined(separator: "/")) = \(String(describing: value))" }
    }

    static let good = document(
        "com.x", needs: ["com.y": ">=1.0.0"], defaults: ["Port": 1],
        lifecycle: ["Install": ["Script": "a", "Timeout": 5], "Run": ["Script": "b", "Setenv": ["A": "1"]]],
        artifacts: [["Uri": "s3://bucket/model.onnx", "Permission": ["Read": "ALL"]]])

    @Test(arguments: [
        Wrong("RecipeFormatVersion", nil, "RecipeFormatVersion", "missing"),
        Wrong("RecipeFormatVersion", "2020-01-26", "RecipeFormatVersion", "\"2020-01-25\" is wanted"),
        Wrong("ComponentName", nil, "ComponentName", "missing"),
        Wrong("ComponentName", "a b", "ComponentName", "no component name"),
        Wrong("ComponentName", 7, "ComponentName", "found 7, a string"),
        Wrong("ComponentVersion", .number(1.0), "ComponentVersion", "found 1.0, a string"),
        Wrong("ComponentVersion", "1.0", "ComponentVersion", "no semantic version"),
        Wrong("ComponentType", "x", "ComponentType", "aws.greengrass.generic"),
        Wrong("ComponentDescription", [], "ComponentDescription", "found a list"),
        Wrong("ComponentConfiguration", [], "ComponentConfiguration", "an object"),
        Wrong(
            "ComponentConfiguration/DefaultConfiguration", "x", "ComponentConfiguration.DefaultConfiguration",
            "an object"),
        Wrong(
            "ComponentConfiguration/DefaultConfiguration", ["a": 1, "A": 2],
            "ComponentConfiguration.DefaultConfiguration.A", "twice"),
        Wrong("ComponentDependencies", [], "ComponentDependencies", "an object"),
        Wrong("ComponentDependencies/a b", [:], "ComponentDependencies.a b", "no component name"),
        Wrong("ComponentDependencies/com.z", [:], "ComponentDependencies.com.z.VersionRequirement", "missing"),
        Wrong(
            "ComponentDependencies/com.y/VersionRequirement", "1,2", "ComponentDependencies.com.y.VersionRequirement",
            "no version requirement"),
        Wrong(
            "ComponentDependencies/com.y/VersionRequirement", 1, "ComponentDependencies.com.y.VersionRequirement",
            "found 1, a string"),
        Wrong(
            "ComponentDependencies/com.y/DependencyType", "FIRM", "ComponentDependencies.com.y.DependencyType",
            "HARD, SOFT"),
        Wrong("Manifests", [:], "Manifests", "a list"), Wrong("Manifests", [nil], "Manifests[0]", "a value"),
        Wrong("Manifests", ["x"], "Manifests[0]", "an object"),
        Wrong("Manifests/0/Platform", "linux", "Manifests[0].Platform", "an object"),
        Wrong("Manifests/0/Platform/os", ["linux"], "Manifests[0].Platform.os", "a string"),
        Wrong("Manifests/0/Platform/os", "/(/", "Manifests[0].Platform.os", "regular expression"),
        Wrong("Manifests/0/Selections", "a", "Manifests[0].Selections", "a list"),
        Wrong("Manifests/0/Selections", [1], "Manifests[0].Selections[0]", "a string"),
        Wrong("Manifests/0/Lifecycle", "x", "Manifests[0].Lifecycle", "an object"),
        Wrong(
            "Manifests/0/Lifecycle/Install/Timeout", "soon", "Manifests[0].Lifecycle.Install.Timeout",
            "found \"soon\", whole seconds"),
        Wrong("Manifests/0/Lifecycle/Install/Timeout", 0, "Manifests[0].Lifecycle.Install.Timeout", "found 0"),
        Wrong(
            "Manifests/0/Lifecycle/Install/Timeout", .number(1.5), "Manifests[0].Lifecycle.Install.Timeout", "found 1.5"
        ),
        Wrong("Manifests/0/Lifecycle/Install/Script", nil, "Manifests[0].Lifecycle.Install.Script", "missing"),
        Wrong("Manifests/0/Lifecycle/Install/Script", ["a"], "Manifests[0].Lifecycle.Install.Script", "a string"),
        Wrong("Manifests/0/Lifecycle/Install", ["a"], "Manifests[0].Lifecycle.Install", "a script or an object"),
        Wrong("Manifests/0/Lifecycle/Install", 7, "Manifests[0].Lifecycle.Install", "found 7"),
        Wrong("Manifests/0/Lifecycle/install", "x", "Manifests[0].Lifecycle.install", "twice"),
        Wrong(
            "Manifests/0/Lifecycle/Run/RequiresPrivilege", "perhaps", "Manifests[0].Lifecycle.Run.RequiresPrivilege",
            "true or false"),
        Wrong(
            "Manifests/0/Lifecycle/Run/Skipif", "onpth docker", "Manifests[0].Lifecycle.Run.Skipif", "onpath PROGRAM"),
        Wrong("Manifests/0/Lifecycle/Run/Skipif", "exists", "Manifests[0].Lifecycle.Run.Skipif", "exists PATH"),
        Wrong(
            "Manifests/0/Lifecycle/Run/Setenv", ["A=B": "1"], "Manifests[0].Lifecycle.Run.Setenv.A=B",
            "name of a variable"),
        Wrong("Manifests/0/Lifecycle/Run/Setenv/A", ["x"], "Manifests[0].Lifecycle.Run.Setenv.A", "a string"),
        Wrong("Manifests/0/Lifecycle/Setenv", "A=1", "Manifests[0].Lifecycle.Setenv", "an object"),
        Wrong("Manifests/0/Artifacts", [:], "Manifests[0].Artifacts", "a list"),
        Wrong("Manifests/0/Artifacts", [nil], "Manifests[0].Artifacts[0]", "a value"),
        Wrong("Manifests/0/Artifacts/0/Uri", nil, "Manifests[0].Artifacts[0].Uri", "missing"),
        Wrong("Manifests/0/Artifacts/0/Uri", "ftp://a/b", "Manifests[0].Artifacts[0].Uri", "scheme"),
        Wrong("Manifests/0/Artifacts/0/Uri", "http://a/b", "Manifests[0].Artifacts[0].Uri", "changed on its way"),
        Wrong("Manifests/0/Artifacts/0/Uri", "docker:a/b", "Manifests[0].Artifacts[0].Uri", "container image"),
        Wrong("Manifests/0/Artifacts/0/Uri", "s3://bucket/", "Manifests[0].Artifacts[0].Uri", "names no object"),
        Wrong("Manifests/0/Artifacts/0/Uri", "https://host", "Manifests[0].Artifacts[0].Uri", "names no file"),
        Wrong(
            "Manifests/0/Artifacts/0/Uri", "https://host/..", "Manifests[0].Artifacts[0].Uri", "ends in a file's name"),
        Wrong("Manifests/0/Artifacts/0/Uri", "file://a/b", "Manifests[0].Artifacts[0].Uri", "names no file"),
        Wrong("Manifests/0/Artifacts/0/Uri", "model.onnx", "Manifests[0].Artifacts[0].Uri", "no URI"),
        Wrong("Manifests/0/Artifacts/0/Uri", "data:;base64,a", "Manifests[0].Artifacts[0].Uri", "not base64"),
        Wrong("Manifests/0/Artifacts/0/Uri", "data:text/plain", "Manifests[0].Artifacts[0].Uri", "no comma"),
        Wrong("Manifests/0/Artifacts/0/Uri", "data:,a", "Manifests[0].Artifacts[0].Uri", "no file name"),
        Wrong("Manifests/0/Artifacts/0/Unarchive", "TAR", "Manifests[0].Artifacts[0].Unarchive", "NONE, ZIP"),
        Wrong(
            "Manifests/0/Artifacts/0/Permission/Read", "SOME", "Manifests[0].Artifacts[0].Permission.Read",
            "NONE, OWNER, ALL"),
        Wrong("Manifests/0/Artifacts/0/Digest", "abc", "Manifests[0].Artifacts[0].Digest", "SHA-256"),
        Wrong("Manifests/0/Artifacts/0/Algorithm", "MD5", "Manifests[0].Artifacts[0].Algorithm", "SHA-256"),
        Wrong(
            "Manifests/0/Artifacts", [["Uri": "s3://a/x"], ["Uri": "s3://b/x"]], "Manifests[0].Artifacts[1].Uri",
            "two artifacts"),
        Wrong("Manifests/0/Lifecycle/Run", "a\0b", "Manifests[0].Lifecycle.Run", "zero byte"),
        Wrong("Manifests/0/Lifecycle/Run/Setenv/A", "a\0b", "Manifests[0].Lifecycle.Run.Setenv.A", "zero byte"),
        Wrong("Manifests/0/Artifacts/0/Uri", "s3://b/a\nb", "Manifests[0].Artifacts[0].Uri", "control characters"),
        Wrong("Lifecycle", ["Run": 7], "Lifecycle.Run", "found 7"),
        Wrong("componentname", "x", "componentname", "twice"),
    ])
    func saysWhereAndWhatIsWrong(_ row: Wrong) {
        var document = Self.good.with(row.path, row.value)
        // The recipe's own lifecycle is read where a manifest has none.
        if row.path.first == "Lifecycle" { document = document.with(["Manifests", "0", "Lifecycle"], [:]) }
        let fault = #expect(throws: Fault.self) { try RecipeReader.read(document) }
        #expect(fault?.message.hasPrefix(row.place + ": ") == true, "\(String(describing: fault))")
        #expect(fault?.description.contains(row.words) == true, "\(String(describing: fault))")
    }

    @Test func readsEverything() throws {
        let (recipe, warnings) = try RecipeReader.read(Self.good)
        #expect(warnings == [])
        #expect(recipe.name == "com.x" && recipe.version == "1.0.0" && recipe.kind == .generic)
        #expect(recipe.defaultConfiguration == ["Port": 1])
        #expect(recipe.dependencies.map(\.name) == ["com.y"] && recipe.dependencies[0].kind == .hard)
        let manifest = try #require(recipe.manifests.first)
        #expect(manifest.lifecycle.steps[.install]?.timeout == .value(5))
        #expect(manifest.lifecycle.steps[.run]?.environment == [EnvironmentEntry(name: "A", value: "1")])
        #expect(manifest.artifacts[0].fileName == "model.onnx" && manifest.artifacts[0].read == .all)
        #expect(manifest.artifacts[0].execute == .none && manifest.artifacts[0].unarchive == .none)
    }

    @Test func keysAndWordsAreReadInAnyCase() throws {
        let document: Datum = [
            "RECIPEFORMATVERSION": "2020-01-25", "componentName": "com.x", "componentversion": "1.0.0",
            "componentType": "AWS.Greengrass.Generic",
            "componentDependencies": ["com.y": ["versionrequirement": "*", "dependencytype": "soft"]],
            "manifests": [
                [
                    "platform": ["OS": "linux"],
                    "lifecycle": ["RUN": ["script": "a", "requiresprivilege": "TRUE", "setEnv": ["n": 1]]],
                    "artifacts": [["URI": "s3://b/k.zip", "unarchive": "zip", "permission": ["execute": "owner"]]],
                ]
            ],
        ]
        let (recipe, warnings) = try RecipeReader.read(document)
        #expect(warnings == [])
        #expect(recipe.dependencies[0].kind == .soft)
        #expect(recipe.manifests[0].platform.fits(linux))
        #expect(recipe.manifests[0].lifecycle.steps[.run]?.requiresPrivilege == .value(true))
        #expect(recipe.manifests[0].lifecycle.steps[.run]?.environment == [EnvironmentEntry(name: "n", value: "1")])
        #expect(
            recipe.manifests[0].artifacts[0].unarchive == .zip && recipe.manifests[0].artifacts[0].folderName == "k")
    }

    @Test(arguments: [
        ("Manifests/0/Lifecycle/Instal", "did you mean Install?"),
        ("Manifests/0/Lifecycle/Run/Timout", "did you mean Timeout?"),
        ("ComponetVersion", "did you mean ComponentVersion?"), ("Manifests/0/Artifacts/0/Urii", "did you mean Uri?"),
        ("Purpose", "unknown key"),
    ])
    func unknownKeysArePassedOverWithAWarning(path: String, words: String) throws {
        let words = words
        let document = Self.good.with(path.split(separator: "/").map(String.init), "x")
        let warnings = try RecipeReader.read(document).warnings
        #expect(warnings.count == 1)
        #expect(warnings.first?.message.contains(words) == true, "\(warnings)")
    }

    @Test func whatHasNoValueIsNotThere() throws {
        let document = Self.good.with(["ComponentDescription"], .null).with(
            ["Manifests", "0", "Lifecycle", "Install"], .null)
        let recipe = try RecipeReader.read(document).recipe
        #expect(recipe.summary == nil && recipe.manifests[0].lifecycle.steps[.install] == nil)
    }

    @Test func aStepMayBeAScriptAlone() throws {
        let recipe = try makeRecipe(lifecycle: ["Run": "python3 a.py"])
        #expect(recipe.manifests[0].lifecycle.steps[.run] == StepTemplate(script: "python3 a.py"))
    }

    @Test func settingsMayBeVariables() throws {
        let recipe = try makeRecipe(lifecycle: [
            "Run": [
                "Script": "a", "Timeout": "{configuration:/t}", "RequiresPrivilege": "{configuration:/p}",
                "Skipif": "{configuration:/s}",
            ]
        ])
        let step = try #require(recipe.manifests[0].lifecycle.steps[.run])
        #expect(
            step.timeout == .variable("{configuration:/t}") && step.requiresPrivilege == .variable("{configuration:/p}")
        )
    }

    @Test(arguments: StepName.allCases)
    func stepsHaveGreengrassTimeouts(_ step: StepName) {
        let seconds: [StepName: Int] = [
            .bootstrap: 120, .install: 120, .startup: 120, .shutdown: 15, .recover: 60, .uninstall: 120,
        ]
        #expect(step.defaultTimeout == seconds[step])
    }
}
