/// E2, E8: texts under the names of models and settings.
enum PlaceholderRule {
    private static let models = [".onnx", ".pt", ".pth", ".h5", ".tflite", ".pb", ".pkl", ".joblib", ".engine"]
    private static let writers: Set<String> = ["echo", "printf", "touch"]

    static func findings(_ walk: Walkthrough) -> [ClinicFinding] {
        walk.steps.compactMap { step in
            guard let program = step.command.program, writers.contains(program), let file = target(step.command) else {
                return nil
            }
            if models.contains(where: file.hasSuffix) { return model(file, step, walk) }
            let text = step.command.words.dropFirst().first { !$0.text.hasPrefix("-") }?.text ?? ""
            guard file.hasSuffix(".json"), !isMaybeJSON(text) else { return nil }
            return walk.finding(
                .note, "placeholder", ["E2"], at: step.command.range.lowerBound, of: step.passage,
                "\(file) is a line of words, no JSON", "whoever reads it as JSON fails",
                advice: "write {} at least")
        }
    }

    private static func model(_ file: String, _ step: Walkthrough.Step, _ walk: Walkthrough) -> ClinicFinding {
        walk.finding(
            .warning, "placeholder-model", ["E2", "E8", "T7"], at: step.command.range.lowerBound, of: step.passage,
            "\(file) is a line of words, no model",
            "no runtime loads it: nothing that uses it ever gives a result",
            advice: "put a trained model in its place; `lineside inspect` shows whether it is one")
    }

    private static func target(_ command: ShellCommand) -> String? {
        if command.program == "touch" { return command.words.last?.text }
        return command.redirects.last { $0.way == .output }?.target.text
    }

    private static func isMaybeJSON(_ text: String) -> Bool {
        guard let first = text.first else { return true }
        return "{[\"$-`".contains(first) || first.isNumber || ["true", "false", "null"].contains(text)
    }
}
