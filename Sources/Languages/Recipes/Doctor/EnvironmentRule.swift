internal import Core

/// A23: what programs look for in their environment, and what the configuration says but nobody hands on.
enum EnvironmentRule {
    static func findings(_ patient: RecipeDoctor.Patient) -> [RecipeFinding] {
        let given = given(patient)
        let readings = patient.programs.flatMap { program in
            program.environment.map { (program: program, reading: $0) }
        }
        let lost = readings.filter {
            !given.contains($0.reading.name) && !ComponentEnvironment.isNodes($0.reading.name)
        }
        return lost.compactMap { finding($0.program, $0.reading, patient) }
            + unread(patient, readings.map(\.reading.name))
    }

    /// Set by Setenv, or before a command.
    private static func given(_ patient: RecipeDoctor.Patient) -> Set<String> {
        var names = Set(patient.manifest.lifecycle.environment.map(\.name))
        for (_, step) in patient.steps {
            names.formUnion(step.environment.map(\.name))
            for word in step.script.split(whereSeparator: { " ;&|\n\t".contains($0) }) {
                if let sign = word.firstIndex(of: "=") { names.insert(String(word[..<sign])) }
            }
        }
        return names
    }

    private static func finding(
        _ program: Program, _ reading: Program.Reading, _ patient: RecipeDoctor.Patient
    ) -> RecipeFinding? {
        let place = "\(patient.path).Lifecycle.Setenv.\(reading.name)"
        let parties = [patient] + patient.recipe.dependencies.compactMap { patient.dependency($0.name) }
        for party in parties {
            guard
                let key = party.recipe.defaultConfiguration.keys.first(where: {
                    ComponentEnvironment.name(of: $0) == reading.name
                })
            else { continue }
            let isOwn = party.recipe.name == patient.recipe.name
            let source = isOwn ? "" : "\(party.recipe.name):"
            let variable =
                (key.lowercased().hasSuffix("path") ? model(of: party) : nil).map { "{\(source)artifacts:path}/\($0)" }
                ?? "{\(source)configuration:/\(key)}"
            return patient.finding(
                .error, "environment", at: place,
                "\(program.file) reads \(reading.name), and nothing sets it from \(isOwn ? "" : "\(party.recipe.name)'s ")\(key)",
                advice: "add \(reading.name): \"\(variable)\" to Setenv",
                remedy: .set(reading.name, to: variable, manifest: patient.path))
        }
        if reading.hasDefault {
            return patient.finding(
                .note, "environment", at: place,
                "\(program.file) reads \(reading.name), which nothing sets; it has a default of its own",
                advice: "set it in Setenv if the default is not what is wanted")
        }
        return patient.finding(
            .error, "environment", at: place, "\(program.file) needs \(reading.name), and nothing sets it",
            advice: "add it to Setenv")
    }

    /// The one model of a component that does nothing but bring it.
    private static func model(of party: RecipeDoctor.Patient) -> String? {
        let models = party.manifest.artifacts.filter { $0.fileName.lowercased().hasSuffix(".onnx") }
        return party.steps.isEmpty && models.count == 1 ? models.first?.fileName : nil
    }

    /// Values that no variable and no program asks for.
    private static func unread(_ patient: RecipeDoctor.Patient, _ readings: [String]) -> [RecipeFinding] {
        let texts = VariableRule.texts(patient).map(\.text).joined(separator: "\n").lowercased()
        // Without steps it speaks to others.
        guard !patient.steps.isEmpty, !texts.contains("{configuration:}") else { return [] }
        return patient.recipe.defaultConfiguration.keys.compactMap { key in
            guard key.lowercased() != "accesscontrol", !texts.contains("{configuration:/\(key.lowercased())"),
                !readings.contains(ComponentEnvironment.name(of: key))
            else { return nil }
            return patient.finding(
                .note, "unread", at: "ComponentConfiguration.DefaultConfiguration.\(key)",
                "\(key) is read by none of the component's own steps",
                advice: "hand it on by Setenv with {configuration:/\(key)}, or take it out")
        }
    }
}
