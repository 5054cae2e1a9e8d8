import Core
import JSON
import Recipes
import Testing
import YAML

@Suite struct RecipeTextTests {
    private func fault(_ text: String) -> String? {
        #expect(throws: Fault.self) { try RecipeText.read(Array(text.utf8)) }?.description
    }

    @Test(arguments: PrintedRecipes.printed + PrintedRecipes.corrected)
    func readsTheSameFromJSONAndYAML(_ text: String) throws {
        let recipe = try RecipeText.read(Array(text.utf8)).recipe
        let yaml = try RecipeText.document(Array(text.utf8)).yaml
        #expect(try RecipeText.read(Array(yaml.utf8)).recipe == recipe)
        #expect(try RecipeText.read([0xef, 0xbb, 0xbf] + Array(("\n " + text).utf8)).recipe == recipe)
    }

    @Test(arguments: [
        ("", "the recipe is empty"), (" \n", "the recipe is empty"), ("{\"a\": 1,\n \"b\" 2}", "not JSON: "),
        ("{\"a\": {\"b\": [{\"c\": 1, \"c\": 2}]}}", "a.b[0].c: the key is repeated"),
        ("a: 1\na: 2", "not YAML: the key 'a' is repeated at line 2, column 1"), ("[]", "the recipe is a list"),
        ("hello", "the recipe is a string"),
    ])
    func saysWhatIsWrongWithTheText(text: String, words: String) {
        let fault = fault(text)
        #expect(fault?.hasPrefix(words) == true, "\(String(describing: fault))")
    }

    /// A recipe with anything in any place is read, or refused with the place's name.
    @Test func nothingInAnyPlaceBreaksTheReader() throws {
        let whole = try RecipeText.document(Array(PrintedRecipes.corrected[2].utf8))
        let values: [Datum] = [
            .null, true, 0, -1, .number(1.5), "", "x", "{a:b}", [], [nil], ["x"], .map(DatumMap()), ["x": 1],
            ["Script": [:]],
        ]
        for path in paths(of: whole) {
            for value in values {
                do { _ = try RecipeReader.read(whole.with(path, value)) } catch {
                    let first = path[0].lowercased()
                    #expect(error.message.lowercased().hasPrefix(first), "\(path) \(value): \(error)")
                }
            }
        }
    }

    private func paths(of value: Datum) -> [[String]] {
        switch value {
        case .map(let map): map.members.flatMap { key, inner in [[key]] + paths(of: inner).map { [key] + $0 } }
        case .list(let list):
            list.enumerated().flatMap { index, inner in [["\(index)"]] + paths(of: inner).map { ["\(index)"] + $0 } }
        default: []
        }
    }

    @Test func readsYAMLAsPeopleWriteIt() throws {
        let text = """
            ---
            RecipeFormatVersion: '2020-01-25'
            ComponentName: com.example.Hello
            ComponentVersion: 1.0.0
            ComponentConfiguration:
              DefaultConfiguration:
                Message: world   # greeted
                Ports: &ports [80, 443]
                Others: *ports
            ComponentDependencies:
              com.example.Base: {VersionRequirement: '>=1.0.0 <2.0.0', DependencyType: SOFT}
            Manifests:
              - Platform: {os: linux}
                Lifecycle:
                  Setenv: {PORT: 80}
                  Run:
                    Script: |
                      echo "Hello {configuration:/Message}"
                      exec sleep 10
                    Timeout: 30
            """
        let (recipe, warnings) = try RecipeText.read(Array(text.utf8))
        #expect(warnings == [] && recipe.version == "1.0.0")
        #expect(recipe.defaultConfiguration == ["Message": "world", "Ports": [80, 443], "Others": [80, 443]])
        let run = try #require(recipe.manifests[0].lifecycle.steps[.run])
        #expect(run.script == "echo \"Hello {configuration:/Message}\"\nexec sleep 10\n" && run.timeout == .value(30))
        #expect(recipe.manifests[0].lifecycle.environment == [EnvironmentEntry(name: "PORT", value: "80")])
    }

    @Test func aVersionThatYAMLTakesForANumberIsExplained() {
        let fault = fault("RecipeFormatVersion: '2020-01-25'\nComponentName: a\nComponentVersion: 1.0\n")
        #expect(fault == "ComponentVersion: found 1.0, a string is wanted; put it in quotes")
    }
}
