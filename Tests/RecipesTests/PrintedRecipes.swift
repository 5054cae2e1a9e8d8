import Core
import Recipes

/// The components of an inspection as their tutorial prints them, errors and all, and as they work.
enum PrintedRecipes {
    static let runtime = """
        {"RecipeFormatVersion": "2020-01-25", "ComponentName": "com.edge.OnnxRuntime", "ComponentVersion": "1.0.0",
         "ComponentDescription": "ONNX Runtime for edge inference", "ComponentPublisher": "EdgeAI",
         "Manifests": [{"Platform": {"os": "linux"}, "Lifecycle": {"Install": {
            "Script": "pip3 install onnxruntime==1.16.0 numpy==1.24.0 opencv-python-headless==4.8.0", "Timeout": 300}}}]}
        """

    static let model = """
        {"RecipeFormatVersion": "2020-01-25", "ComponentName": "com.edge.DefectDetectionModel", "ComponentVersion": "1.0.0",
         "ComponentConfiguration": {"DefaultConfiguration": {
            "ModelPath": "/greengrass/v2/work/com.edge.DefectDetectionModel", "ModelS3Uri": "s3://models/v1.0.0/"}},
         "Manifests": [{"Platform": {"os": "linux"}, "Artifacts": [
            {"URI": "s3://models/v1.0.0/model.onnx", "Unarchive": "NONE"},
            {"URI": "s3://models/v1.0.0/config.json", "Unarchive": "NONE"}], "Lifecycle": {}}]}
        """

    /// What it looks for in its environment, and imports.
    static let program = """
        import json, time
        import boto3
        import onnxruntime as ort
        import numpy as np
        import cv2
        import os
        path = os.environ.get('MODEL_PATH',
            '/greengrass/v2/work/com.edge.DefectDetectionModel/model.onnx')
        device = os.environ.get('AWS_IOT_THING_NAME', 'unknown')
        bus = os.environ.get(
            'EVENT_BUS_NAME', 'default')
        image = cv2.imread('/tmp/sample_image.jpg')
        """

    static func inference(
        uri: String = "data:text/plain," + escaped(program),
        script: String = "python3 {artifacts:path}/inference_app.py",
        dependencies: String = ""
    ) -> String {
        """
        {"RecipeFormatVersion": "2020-01-25", "ComponentName": "com.edge.InferenceEngine", "ComponentVersion": "1.0.0",
         "ComponentDependencies": {\(dependencies)"com.edge.OnnxRuntime": {"VersionRequirement": ">=1.0.0 <2.0.0"},
            "com.edge.DefectDetectionModel": {"VersionRequirement": ">=1.0.0 <2.0.0"}},
         "ComponentConfiguration": {"DefaultConfiguration": {
            "EventBusName": "edge-monitoring-bus", "InferenceInterval": 10, "ConfidenceThreshold": 0.8}},
         "Manifests": [{"Platform": {"os": "linux"}, "Artifacts": [{"URI": "\(uri)", "Unarchive": "NONE"}],
            "Lifecycle": {"Run": {"Script": "\(script)", "RequiresPrivilege": false}}}]}
        """
    }

    /// The three with what is wrong in them put right.
    static let corrected = [
        runtime.split(separator: "==4.8.0\"").joined(separator: "==4.8.0.76 boto3\""), model,
        inference(
            uri: "s3://models/components/inference_app.py",
            script:
                "MODEL_PATH={com.edge.DefectDetectionModel:artifacts:path}/model.onnx EVENT_BUS_NAME={configuration:/EventBusName} python3 -u {artifacts:path}/inference_app.py",
            dependencies: #""aws.greengrass.TokenExchangeService": {"VersionRequirement": ">=2.0.0 <3.0.0"}, "#),
    ]

    static let printed = [runtime, model, inference()]

    static func read(_ texts: [String]) throws -> [Recipe] {
        try texts.map { try RecipeText.read(Array($0.utf8)).recipe }
    }

    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "%0" + digits : "%" + digits
        }.joined()
    }
}
