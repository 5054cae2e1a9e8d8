import Core
import Recipes
import Testing

/// A15: the first manifest in the list whose every attribute fits.
@Suite struct PlatformTests {
    static let raspberry = Platform([
        "os": "linux", "architecture": "aarch64", "architecture.detail": "arm64v8", "line": "press 7",
    ])

    struct Row: Sendable {
        let wanted: [String: String]
        let fits: Bool
    }

    @Test(arguments: [
        Row(wanted: [:], fits: true), Row(wanted: ["os": "linux"], fits: true),
        Row(wanted: ["os": "windows"], fits: false),
        Row(wanted: ["os": "Linux"], fits: false), Row(wanted: ["os": "all"], fits: true),
        Row(wanted: ["os": "any"], fits: true),
        Row(wanted: ["os": "*"], fits: true), Row(wanted: ["os": "linux", "architecture": "amd64"], fits: false),
        Row(wanted: ["os": "linux", "architecture": "any"], fits: true),
        Row(wanted: ["architecture": "/arm|aarch64/"], fits: true),
        Row(wanted: ["architecture": "/arm|aarch/"], fits: false), Row(wanted: ["architecture": "/a.*/"], fits: true),
        Row(wanted: ["architecture": "//"], fits: false), Row(wanted: ["architecture": "/"], fits: false),
        Row(wanted: ["line": "all"], fits: false), Row(wanted: ["line": "/press \\d+/"], fits: true),
        Row(wanted: ["line": "press 7"], fits: true),
        Row(wanted: ["gpu": "*"], fits: true), Row(wanted: ["gpu": "/.*/"], fits: false),
        Row(wanted: ["gpu": "cuda"], fits: false),
        Row(wanted: ["os": "linux", "gpu": "cuda"], fits: false),
        Row(wanted: ["architecture.detail": "arm64v8"], fits: true),
    ])
    func fits(_ row: Row) { #expect(PlatformRequirement(row.wanted).fits(Self.raspberry) == row.fits, "\(row.wanted)") }

    @Test func theFirstThatFitsIsTaken() throws {
        let manifests: Datum = [
            ["Name": "win", "Platform": ["os": "windows"], "Lifecycle": ["Run": "a"]],
            ["Name": "linux", "Platform": ["os": "linux"], "Lifecycle": ["Run": "b"]],
            ["Name": "arm", "Platform": ["os": "linux", "architecture": "aarch64"], "Lifecycle": ["Run": "c"]],
        ]
        let recipe = try RecipeReader.read(document().with(["Manifests"], manifests)).recipe
        #expect(try recipe.manifest(for: linux).name == "linux")
        #expect(try recipe.manifest(for: Self.raspberry).name == "linux")
        #expect(try recipe.manifest(for: Platform(["os": "windows"])).name == "win")
    }

    @Test func noneThatFitsNamesTheComponent() throws {
        let fault = #expect(throws: Fault.self) { try makeRecipe("com.edge.Win", os: "windows").manifest(for: linux) }
        #expect(fault?.message.contains("no platform match: com.edge.Win 1.0.0") == true)
        #expect(fault?.hint?.contains("os=windows") == true)
    }

    @Test func withoutManifestsNothingFits() throws {
        let recipe = try RecipeReader.read(document().with(["Manifests"], nil)).recipe
        let fault = #expect(throws: Fault.self) { try recipe.manifest(for: linux) }
        #expect(fault?.hint == "the recipe has no Manifests at all")
    }
}
