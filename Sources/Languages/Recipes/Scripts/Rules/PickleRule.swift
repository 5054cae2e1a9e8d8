/// H5: a model that is pickled with one release of a library and unpickled with another.
enum PickleRule {
    private static let libraries = ["numpy", "scikit-learn", "xgboost", "pandas", "joblib"]

    static func findings(_ walk: Walkthrough) -> [ClinicFinding] {
        let pins = walk.files.filter { isImage($0) }.flatMap { file in
            PipInstall.all(in: joined(file)).filter { $0.pin != nil && libraries.contains($0.name) }
        }
        return walk.files.compactMap { file in
            guard file.name.hasSuffix(".py"), dumps(file), let step = walk.steps.first(where: { runs($0, file.name) }),
                !walk.steps.contains(where: { installs($0, pins) })
            else { return nil }
            return finding(file, step, pins.map(\.word), walk)
        }
    }

    private static func finding(
        _ file: Walkthrough.WrittenFile, _ step: Walkthrough.Step, _ pins: [String], _ walk: Walkthrough
    ) -> ClinicFinding {
        let wanted = pins.isEmpty ? "what the image has" : pins.joined(separator: " ")
        return walk.finding(
            pins.isEmpty ? .note : .warning, "pickle", ["H5"], at: step.command.range.lowerBound, of: step.passage,
            "\(file.name) pickles its model with whatever this machine has; it is loaded with \(wanted)",
            "a pickle names the modules of its libraries: one of numpy 2 (numpy._core) cannot be loaded by numpy 1, and the container dies when it starts",
            advice: "train with the same releases as the image, in an environment of its own",
            correction: pins.isEmpty
                ? []
                : [
                    "python3 -m venv training && training/bin/pip install \(wanted)",
                    "training/bin/python \(step.command.words.dropFirst().map(\.text).joined(separator: " "))",
                ])
    }

    private static func isImage(_ file: Walkthrough.WrittenFile) -> Bool {
        file.name.hasPrefix("Dockerfile") || file.name == "Containerfile" || file.name.hasPrefix("requirements")
    }

    /// Lines that go on, as one.
    private static func joined(_ file: Walkthrough.WrittenFile) -> String {
        let text = String(decoding: file.content, as: UTF8.self)
        let commands = text.split(separator: "\\\n", omittingEmptySubsequences: false).joined(separator: " ")
        return file.name.hasPrefix("requirements")
            ? "pip install " + commands.split(whereSeparator: \.isNewline).joined(separator: " ") : commands
    }

    private static func dumps(_ file: Walkthrough.WrittenFile) -> Bool {
        let code = PythonCode(file.content).code
        return ["pickle.dump(", "joblib.dump(", "cloudpickle.dump("].contains {
            code.range(of: $0, in: 0..<code.count) != nil
        }
    }

    private static func runs(_ step: Walkthrough.Step, _ name: String) -> Bool {
        step.command.program?.hasPrefix("python") == true
            && step.command.words.dropFirst().contains { $0.text.split(separator: "/").last.map(String.init) == name }
    }

    /// Somebody has installed the same on this machine.
    private static func installs(_ step: Walkthrough.Step, _ pins: [PipInstall]) -> Bool {
        let installed = PipInstall.all(in: step.command.words.map(\.text).joined(separator: " "))
        return !installed.isEmpty && installed.contains { $0.pin != nil && $0.name == "numpy" }
            && pins.allSatisfy(installed.contains)
    }
}
