/// Downloads in a step whose time-out nobody set.
enum TimeoutRule {
    private static let loaders = [
        "pip install", "pip3 install", "apt-get install", "apt install", "curl", "wget", "aws s3",
    ]

    static func findings(_ patient: RecipeDoctor.Patient) -> [RecipeFinding] {
        patient.steps.compactMap { name, step in
            guard step.timeout == nil, let seconds = name.defaultTimeout,
                let loader = loaders.first(where: step.script.contains)
            else { return nil }
            return patient.finding(
                .warning, "timeout", at: patient.path(of: name),
                "`\(loader)` has \(seconds) s, which a slow link outlasts",
                advice: "set Timeout")
        }
    }
}
