internal import Core

/// Paths that hold on one machine only, or where nothing will ever lie.
enum PathRule {
    static func findings(_ patient: RecipeDoctor.Patient) -> [RecipeFinding] {
        configured(patient) + scripts(patient) + programs(patient)
    }

    private static let greengrass = "/greengrass/v2/"

    private static func configured(_ patient: RecipeDoctor.Patient) -> [RecipeFinding] {
        patient.recipe.defaultConfiguration.members.compactMap { key, value in
            guard let text = value.text, text.hasPrefix(greengrass) else { return nil }
            let place = "ComponentConfiguration.DefaultConfiguration.\(key)"
            if text.hasPrefix(greengrass + "work/\(patient.recipe.name)"), patient.steps.isEmpty {
                return patient.finding(
                    .error, "path", at: place,
                    "nothing ever puts a file into \(text): artifacts lie in {artifacts:path}",
                    advice: "let those who need it use {\(patient.recipe.name):artifacts:path}",
                    remedy: .configure(key, to: artifacts(text, patient.recipe)))
            }
            return patient.finding(
                .warning, "path", at: place, "\(text) holds only where Greengrass has its usual folder",
                advice: "use {work:path}, {artifacts:path} or {kernel:rootPath} in the script")
        }
    }

    /// The same place where Greengrass puts what a component brings.
    private static func artifacts(_ path: String, _ recipe: Recipe) -> String {
        let rest = path.dropFirst("\(greengrass)work/\(recipe.name)".count)
        return "\(greengrass)packages/artifacts/\(recipe.name)/\(recipe.version)\(rest)"
    }

    private static func scripts(_ patient: RecipeDoctor.Patient) -> [RecipeFinding] {
        VariableRule.texts(patient).compactMap { place, text in
            guard text.contains(greengrass) else { return nil }
            return patient.finding(
                .warning, "path", at: place, "\(greengrass) is only where Greengrass usually lies",
                advice: "use {work:path}, {artifacts:path} or {kernel:rootPath}")
        }
    }

    private static func programs(_ patient: RecipeDoctor.Patient) -> [RecipeFinding] {
        patient.programs.flatMap { program in
            program.paths(under: "/tmp/").map { path in
                patient.finding(
                    .warning, "path", at: "\(patient.path).Artifacts",
                    "\(program.file) uses \(path), outside the work folder; no component brings it",
                    advice: "keep files in {work:path}, and bring what is needed as an artifact")
            }
        }
    }
}
