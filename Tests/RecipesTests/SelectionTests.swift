import Core
import Recipes
import Testing

/// The recipe's own lifecycle, narrowed by a manifest's selections.
@Suite struct SelectionTests {
    private func lifecycle(_ global: Datum, selections: [Datum]?, own: Datum = [:], others: [Datum] = []) throws
        -> Lifecycle
    {
        var manifest: DatumMap = ["Lifecycle": own]
        if let selections { manifest["Selections"] = .list(selections) }
        let manifests = [.map(manifest)] + others.map { ["Selections": [$0]] as Datum }
        let whole = document().with(["Lifecycle"], global).with(["Manifests"], .list(manifests))
        return try RecipeReader.read(whole).recipe.manifests[0].lifecycle
    }

    @Test func anEmptyLifecycleOfItsOwnLeavesTheRecipes() throws {
        #expect(try lifecycle(["Run": "global"], selections: nil).steps[.run]?.script == "global")
    }

    @Test func itsOwnLifecycleReplacesTheRecipesInWhole() throws {
        let steps = try lifecycle(["Run": "global", "Install": "i"], selections: nil, own: ["Run": "own"]).steps
        #expect(steps.keys.map(\.self) == [.run] && steps[.run]?.script == "own")
    }

    @Test func theFirstSelectionThatIsThereIsTaken() throws {
        let global: Datum = ["Run": ["jetson": ["Script": "j"], "pi": ["Script": "p"], "all": ["Script": "a"]]]
        #expect(try lifecycle(global, selections: ["pi", "jetson"], others: ["jetson"]).steps[.run]?.script == "p")
        #expect(try lifecycle(global, selections: ["x", "JETSON"], others: ["pi"]).steps[.run]?.script == "j")
        #expect(try lifecycle(global, selections: nil, others: ["pi", "jetson"]).steps[.run]?.script == "a")
        #expect(try lifecycle(global, selections: ["x"], others: ["pi", "jetson"]).steps[.run] == nil)
    }

    @Test func anyLevelMaySelect() throws {
        let whole: Datum = ["pi": ["Run": "p"], "all": ["Run": "a"]]
        #expect(try lifecycle(whole, selections: ["pi"]).steps[.run]?.script == "p")
        let script: Datum = [
            "Run": ["Script": ["pi": "p", "all": "a"], "Setenv": ["all": ["A": "1"], "pi": ["A": "2"]]]
        ]
        let step = try lifecycle(script, selections: ["pi"]).steps[.run]
        #expect(step?.script == "p" && step?.environment == [EnvironmentEntry(name: "A", value: "2")])
    }

    @Test func whatStandsBesideASelectorIsDropped() throws {
        let steps = try lifecycle(["all": ["Run": "a"], "Install": "i"], selections: nil).steps
        #expect(steps.keys.map(\.self) == [.run])
    }

    @Test func aLevelOfOtherSelectionsIsEmpty() throws {
        #expect(try lifecycle(["pi": ["Run": "p"]], selections: nil, others: ["pi"]).isEmpty)
    }
}
