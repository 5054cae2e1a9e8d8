import Core
import Recipes
import Testing

/// A17, A20, A23: what is said of recipes that can be read and cannot work.
@Suite struct DoctorTests {
    private func findings(_ texts: [String], content: @escaping (Artifact) -> [UInt8]? = { _ in nil }) throws
        -> [String]
    {
        try RecipeDoctor(PrintedRecipes.read(texts), platform: linux, content: content).findings().map {
            "\($0.level.rawValue) \($0.rule) \($0.component) \($0.path)"
        }
    }

    @Test func knowsWhatIsWrongWithThePrintedComponents() throws {
        #expect(
            try findings(PrintedRecipes.printed) == [
                "error pip-pin com.edge.OnnxRuntime Manifests[0].Lifecycle.Install.Script",
                "warning pip-conflict com.edge.OnnxRuntime Manifests[0].Lifecycle.Install.Script",
                "note pip-python com.edge.OnnxRuntime Manifests[0].Lifecycle.Install.Script",
                "note pip-python com.edge.OnnxRuntime Manifests[0].Lifecycle.Install.Script",
                "error path com.edge.DefectDetectionModel ComponentConfiguration.DefaultConfiguration.ModelPath",
                "error missing-package com.edge.InferenceEngine Manifests[0].Artifacts",
                "error no-credentials com.edge.InferenceEngine ComponentDependencies",
                "error environment com.edge.InferenceEngine Manifests[0].Lifecycle.Setenv.MODEL_PATH",
                "error environment com.edge.InferenceEngine Manifests[0].Lifecycle.Setenv.EVENT_BUS_NAME",
                "warning path com.edge.InferenceEngine Manifests[0].Artifacts",
                "note unread com.edge.InferenceEngine ComponentConfiguration.DefaultConfiguration.InferenceInterval",
                "note unread com.edge.InferenceEngine ComponentConfiguration.DefaultConfiguration.ConfidenceThreshold",
                "note data-uri com.edge.InferenceEngine Manifests[0].Artifacts[0].Uri",
            ])
    }

    @Test func theCorrectedInferenceHasNoErrors() throws {
        let found = try findings(PrintedRecipes.corrected) {
            $0.fileName == "inference_app.py" ? Array(PrintedRecipes.program.utf8) : nil
        }
        #expect(
            found.filter { $0.hasPrefix("error") } == [
                "error path com.edge.DefectDetectionModel ComponentConfiguration.DefaultConfiguration.ModelPath"
            ])
    }

    @Test func aTextIsNoModel() throws {
        let found = try findings([PrintedRecipes.model]) {
            $0.fileName == "model.onnx" ? Array("model.onnx placeholder\n".utf8) : nil
        }
        #expect(found.contains("error placeholder-model com.edge.DefectDetectionModel Manifests[0].Artifacts[0]"))
        #expect(try !findings([PrintedRecipes.model]) { _ in [8, 7, 18, 0] }.contains { $0.contains("placeholder") })
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var lifecycle: Datum = [:]
        var defaults: DatumMap = [:]
        var artifacts: Datum = []
        var needs: [String: String] = [:]
        let found: [String]
    }

    @Test(arguments: [
        Row(
            testDescription: "nothing to say", lifecycle: ["Run": "serve {configuration:/Port}"], defaults: ["Port": 1],
            found: []),
        Row(
            testDescription: "a default time-out for a download",
            lifecycle: ["Install": "python3 -m pip install 'numpy'"], found: ["warning timeout"]),
        Row(
            testDescription: "a time-out of its own",
            lifecycle: ["Install": ["Script": "pip install numpy", "Timeout": 600]], found: []),
        Row(
            testDescription: "a pin that can be",
            lifecycle: ["Install": ["Script": "pip install opencv_python==4.8.0.76", "Timeout": 9]], found: []),
        Row(
            testDescription: "a pin that cannot",
            lifecycle: ["Install": ["Script": "cd /x && pip3.11 install -q \"opencv_python==4.9.0\"", "Timeout": 9]],
            found: ["error pip-pin"]),
        Row(
            testDescription: "pins that contradict each other",
            lifecycle: ["Install": ["Script": "pip install onnxruntime==1.16.3 numpy==1.24.1", "Timeout": 9]],
            found: ["warning pip-conflict", "note pip-python", "note pip-python"]),
        Row(
            testDescription: "pins that do not",
            lifecycle: ["Install": ["Script": "pip install onnxruntime==1.16.3 numpy==1.24.2", "Timeout": 9]],
            found: ["note pip-python", "note pip-python"]),
        Row(
            testDescription: "a range",
            lifecycle: ["Install": ["Script": "pip install opencv-python>=4.8.0", "Timeout": 9]], found: []),
        Row(
            testDescription: "no such configuration", lifecycle: ["Run": "serve {configuration:/Prot}"],
            found: ["warning variable"]),
        Row(
            testDescription: "no such variable", lifecycle: ["Run": "serve {artifact:path}"], found: ["error variable"]),
        Row(
            testDescription: "not of this name space", lifecycle: ["Run": "serve {artifacts:Path}"],
            found: ["error variable"]),
        Row(testDescription: "no dependency", lifecycle: ["Run": "serve {com.y:work:path}"], found: ["error variable"]),
        Row(
            testDescription: "a dependency that is not at hand", lifecycle: ["Run": "serve {com.y:work:path}"],
            needs: ["com.y": "*"], found: ["note variable"]),
        Row(
            testDescription: "in Setenv", lifecycle: ["Setenv": ["A": "{no:thing}"], "Run": "serve"],
            found: ["error variable"]),
        Row(
            testDescription: "a path of one machine", lifecycle: ["Run": "python3 /greengrass/v2/work/com.x/a.py"],
            found: ["warning path"]),
        Row(
            testDescription: "a file that cannot be checked", lifecycle: ["Run": "a"],
            artifacts: [["Uri": "https://host/a.bin"]], found: ["warning no-digest"]),
        Row(
            testDescription: "the AWS command line", lifecycle: ["Run": "aws s3api list-buckets"],
            found: ["error no-credentials"]),
        Row(
            testDescription: "with credentials", lifecycle: ["Run": "aws s3api list-buckets"],
            needs: ["aws.greengrass.TokenExchangeService": "*"], found: []),
        Row(
            testDescription: "read by nobody", lifecycle: ["Run": "a"], defaults: ["Port": 1, "accessControl": [:]],
            found: ["note unread"]),
        Row(
            testDescription: "read as a whole", lifecycle: ["Run": "a '{configuration:}'"], defaults: ["Port": 1],
            found: []),
        Row(
            testDescription: "a variable without default", lifecycle: ["Run": "python3 {artifacts:path}/a.py"],
            artifacts: [["Uri": "data:,import os%0ax = os.environ['MODEL_PATH']"]],
            found: ["error environment", "note data-uri"]),
        Row(
            testDescription: "a variable with one", lifecycle: ["Run": "python3 {artifacts:path}/a.py"],
            artifacts: [["Uri": "data:,import os%0ax = os.getenv(\"MODEL_PATH\", \"x\")"]],
            found: ["note environment", "note data-uri"]),
        Row(
            testDescription: "a variable that is set",
            lifecycle: ["Run": ["Script": "python3 {artifacts:path}/a.py", "Setenv": ["A": "1"]]],
            artifacts: [["Uri": "data:,import os%0ax = os.environ['A']"]], found: ["note data-uri"]),
        Row(
            testDescription: "a package that nobody installs", lifecycle: ["Run": "python3 {artifacts:path}/a.py"],
            artifacts: [["Uri": "data:,from PIL.Image import open as o"]],
            found: ["error missing-package", "note data-uri"]),
        Row(
            testDescription: "a list of requirements",
            lifecycle: [
                "Install": ["Script": "pip install -r {artifacts:path}/requirements.txt", "Timeout": 9],
                "Run": "python3 {artifacts:path}/a.py",
            ],
            artifacts: [["Uri": "s3://b/requirements.txt"], ["Uri": "data:;name=a.py,import cv2 as c, numpy"]],
            found: ["note data-uri"]),
    ])
    func finds(_ row: Row) throws {
        let recipe = try makeRecipe(
            needs: row.needs, defaults: row.defaults, lifecycle: row.lifecycle, artifacts: row.artifacts)
        let found = RecipeDoctor([recipe], platform: linux).findings()
        #expect(found.map { "\($0.level.rawValue) \($0.rule)" } == row.found, "\(found)")
    }

    @Test func anotherPlatformIsAnError() throws {
        let found = RecipeDoctor([try makeRecipe(os: "windows")], platform: linux).findings()
        #expect(found.map(\.rule) == ["platform"])
    }

    @Test(
        arguments: [
            (["architecture": "x86_64"], "write amd64"), (["os": "Linux"], "write linux"),
            (["architecture": "riscv"], "there are amd64"),
        ] as [(Datum, String)])
    func platformWordsThatNoMachineSays(platform: Datum, advice: String) throws {
        let recipe = try RecipeReader.read(document().with(["Manifests", "0", "Platform"], platform)).recipe
        let found = RecipeDoctor([recipe], platform: linux).findings()
        #expect(found.map(\.rule) == ["platform", "platform-word"])
        #expect(found.last?.advice.hasPrefix(advice) == true)
    }

    @Test func circlesEnd() throws {
        let recipes = try [makeRecipe("com.a", needs: ["com.b": "*"]), makeRecipe("com.b", needs: ["com.a": "*"])]
        #expect(RecipeDoctor(recipes, platform: linux).findings() == [])
    }

    @Test func saysWhereTheModelReallyLies() throws {
        let findings = try RecipeDoctor(PrintedRecipes.read(PrintedRecipes.printed), platform: linux).findings()
        #expect(
            findings.contains { $0.advice.contains("\"{com.edge.DefectDetectionModel:artifacts:path}/model.onnx\"") })
    }
}
