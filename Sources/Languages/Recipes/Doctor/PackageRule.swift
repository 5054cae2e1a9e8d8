/// Modules that a program imports and nobody installs.
enum PackageRule {
    /// A module by the packages that bring it.
    private static let packages: [String: Set<String>] = [
        "boto3": ["boto3"], "botocore": ["botocore", "boto3"], "onnxruntime": ["onnxruntime", "onnxruntime-gpu"],
        "numpy": openCV.union(["numpy", "onnxruntime", "onnxruntime-gpu", "scikit-learn"]),
        "cv2": openCV, "PIL": ["pillow"], "requests": ["requests"], "yaml": ["pyyaml"], "sklearn": ["scikit-learn"],
        "torch": ["torch"], "awsiot": ["awsiotsdk"], "paho": ["paho-mqtt"],
    ]
    /// The package that fits a machine without a screen.
    private static let usual = ["cv2": "opencv-python-headless"]
    private static let openCV: Set<String> = [
        "opencv-python", "opencv-python-headless", "opencv-contrib-python", "opencv-contrib-python-headless",
    ]

    static func findings(_ patient: RecipeDoctor.Patient) -> [RecipeFinding] {
        let scripts = ([patient] + patient.others).flatMap { $0.steps.map(\.step.script) }
        // Whoever installs from a list of requirements installs what the list says.
        guard !scripts.contains(where: { $0.contains("requirements") }) else { return [] }
        let installed = Set(scripts.flatMap(PipInstall.all).map(\.name))
        return patient.programs.flatMap { program in
            program.imports.sorted().compactMap { module -> RecipeFinding? in
                guard let bringers = packages[module], bringers.isDisjoint(with: installed) else { return nil }
                guard patient.isWhole else {
                    return patient.finding(
                        .note, "missing-package", at: "\(patient.path).Artifacts",
                        "\(program.file) imports \(module), and no component at hand installs it",
                        advice: "give the recipes that it depends on too")
                }
                let bringer = bringers.contains(module) ? module : usual[module] ?? bringers.min() ?? module
                return patient.finding(
                    .error, "missing-package", at: "\(patient.path).Artifacts",
                    "\(program.file) imports \(module), and no component installs it",
                    advice: "add \(bringer) to a pip install", remedy: .install(bringer))
            }
        }
    }
}
