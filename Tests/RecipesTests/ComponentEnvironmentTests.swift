import Core
import Recipes
import Testing

/// A23: what recipes declare and programs look for.
@Suite struct ComponentEnvironmentTests {
    @Test(arguments: [
        ("EventBusName", "EVENT_BUS_NAME"), ("ModelPath", "MODEL_PATH"), ("ModelS3Uri", "MODEL_S3_URI"),
        ("port", "PORT"), ("HTTPPort", "HTTP_PORT"),
        ("model_path", "MODEL_PATH"), ("MODEL_PATH", "MODEL_PATH"), ("a-b.c", "A_B_C"), ("X", "X"), ("é", "_"),
        ("v2Url", "V2_URL"),
    ])
    func namesVariables(key: String, name: String) { #expect(ComponentEnvironment.name(of: key) == name) }

    static let node = NodeFacts(platform: linux, folders: NodeFolders(root: "/gg"), thingName: "t")

    private func ready(_ recipes: [Recipe]) throws -> [ReadyComponent] {
        let configurations = Dictionary(
            uniqueKeysWithValues: recipes.map { ($0.name, Datum.map($0.defaultConfiguration)) })
        return try Preparation.ready(recipes, configurations: configurations, on: Self.node)
    }

    @Test func thePrintedComponentsAreGivenWhatTheyLookFor() throws {
        let all = try ready(try PrintedRecipes.read(PrintedRecipes.printed))
        let entries = ComponentEnvironment.entries(for: all[2], among: all, on: Self.node)
        #expect(
            entries.map { "\($0.name)=\($0.value)" } == [
                "EVENT_BUS_NAME=edge-monitoring-bus", "INFERENCE_INTERVAL=10", "CONFIDENCE_THRESHOLD=0.8",
                "MODEL_PATH=/gg/packages/artifacts/com.edge.DefectDetectionModel/1.0.0/model.onnx",
                "MODEL_S3_URI=s3://models/v1.0.0/",
            ])
    }

    @Test func whatIsSetIsNotSetAgain() throws {
        let recipe = try makeRecipe(
            defaults: ["A": 1, "B": 2], lifecycle: ["Run": ["Script": "r", "Setenv": ["A": "own"]]])
        #expect(
            ComponentEnvironment.entries(for: try ready([recipe])[0], among: [], on: Self.node).map(\.name) == ["B"])
    }

    @Test func theNodesOwnAndWhatIsNoWordStayOut() throws {
        let recipe = try makeRecipe(defaults: [
            "AwsRegion": "x", "Path": "/evil", "LdPreload": "x", "PythonPath": "x", "List": [1], "Map": ["a": 1],
            "Null": nil, "On": true,
        ])
        #expect(
            ComponentEnvironment.entries(for: try ready([recipe])[0], among: [], on: Self.node).map(\.name) == ["ON"])
    }

    @Test func itsOwnValueComesBeforeADependencys() throws {
        let recipes = try [
            makeRecipe("com.b", defaults: ["Port": 2]),
            makeRecipe("com.a", needs: ["com.b": "*"], defaults: ["Port": 1]),
        ]
        let all = try ready(recipes)
        #expect(ComponentEnvironment.entries(for: all[1], among: all, on: Self.node).map(\.value) == ["1"])
    }
}
