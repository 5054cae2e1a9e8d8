import Core
import Recipes
import Testing

@testable import Node

@Suite struct HubDocumentTests {
    private static let text = """
        {"deploymentId": "d1", "configurationArn": "arn:aws:greengrass:r:1:configuration:thinggroup/hall:3",
         "creationTimestamp": 1.5E3, "failureHandlingPolicy": "DO_NOTHING",
         "componentUpdatePolicy": {"timeout": 0, "action": "SKIP_NOTIFY_COMPONENTS"},
         "components": {"com.a": {"version": "1.2.0", "runWith": {"posixUser": "u:g", "windowsUser": "w"},
         "configurationUpdate": {"merge": {"Bus": "b"}, "reset": null}}, "aws.greengrass.Cli": {"version": "2.12.0"}}}
        """

    @Test func speaksTheNodesOwnWords() throws {
        let document = try HubDocument(Self.text)
        #expect(document.roots == ["com.a": "1.2.0", "aws.greengrass.Cli": "2.12.0"])
        let order = try DeploymentDocument(document.order)
        #expect((order.id, order.group, order.created) == ("d1", "thinggroup/hall", 1500))
        #expect(!order.goesBack)
        #expect(order.asks == nil)
        let component = try #require(order.components?[try ComponentName(parsing: "com.a")])
        #expect(component.user == "u:g")
        #expect(component.update?.merge == ["Bus": "b"])
    }

    @Test(arguments: [
        "{}", "[]", "nothing", #"{"deploymentId": "d"}"#, #"{"configurationArn": "arn"}"#,
    ])
    func whatIsNoDeploymentIsRefused(_ text: String) {
        #expect(throws: Fault.self) { try HubDocument(text) }
    }
}

/// The hub as a table: versions by name, each with what it depends on.
@Suite struct HubCatalogueTests {
    private struct Shelf {
        let versions: [String: [(version: String, needs: [String: String])]]

        func choose(_ name: String, _ ranges: [String: String]) throws(Fault) -> HubCatalogue.Choice {
            let wishes = try ranges.values.map { range throws(Fault) in try VersionRequirement(parsing: range) }
            for row in versions[name] ?? [] {
                let version = try ComponentVersion(parsing: row.version)
                guard wishes.allSatisfy({ $0.isSatisfied(by: version) }) else { continue }
                let needs = row.needs.map { "\"\($0.key)\": {\"VersionRequirement\": \"\($0.value)\"}" }.joined(
                    separator: ",")
                let recipe = """
                    {"RecipeFormatVersion": "2020-01-25", "ComponentName": "\(name)", "ComponentVersion": "\(row.version)",
                     "ComponentDependencies": {\(needs)}, "Manifests": [{}]}
                    """
                return HubCatalogue.Choice(arn: name, version: row.version, recipe: Array(recipe.utf8))
            }
            throw Fault(.notFound, "no \(name) for \(ranges)")
        }
    }

    private static func versions(
        _ roots: [String: String], _ shelf: [String: [(version: String, needs: [String: String])]]
    ) throws -> [String: String] {
        let shelf = Shelf(versions: shelf)
        let catalogue = HubCatalogue { (name, ranges) throws(Fault) in try shelf.choose(name, ranges) }
        return try catalogue.choices(for: roots).mapValues(\.version)
    }

    @Test func bringsWhatIsNeeded() throws {
        let found = try Self.versions(
            ["a": "1.0.0", "aws.greengrass.Cli": "2.12.0"],
            ["a": [("1.0.0", ["b": ">=1.0.0"])], "b": [("1.4.0", ["c": "*"]), ("1.0.0", [:])], "c": [("0.1.0", [:])]])
        #expect(found == ["a": "1.0.0", "b": "1.4.0", "c": "0.1.0"])
    }

    @Test func aChoiceThatChangesTakesItsWishesAlong() throws {
        // b 2 wants c; then a later wish makes it b 1, which does not.
        let found = try Self.versions(
            ["a": "1.0.0", "z": "1.0.0"],
            [
                "a": [("1.0.0", ["b": "*"])], "z": [("1.0.0", ["y": "*"])], "y": [("1.0.0", ["b": "<2.0.0"])],
                "b": [("2.0.0", ["c": "*"]), ("1.0.0", [:])], "c": [("1.0.0", [:])],
            ])
        #expect(found == ["a": "1.0.0", "z": "1.0.0", "y": "1.0.0", "b": "1.0.0"])
    }

    @Test func circlesComeToAnEnd() throws {
        let found = try Self.versions(["a": "*"], ["a": [("1.0.0", ["b": "*"])], "b": [("1.0.0", ["a": "*"])]])
        #expect(found == ["a": "1.0.0", "b": "1.0.0"])
    }

    @Test func whatIsNotThereIsSaid() {
        #expect(throws: Fault.self) { try Self.versions(["a": "1.0.0"], ["a": [("1.0.0", ["b": "*"])]]) }
    }
}
