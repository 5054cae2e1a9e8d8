internal import Core

/// Variables that stand for nothing.
enum VariableRule {
    static func findings(_ patient: RecipeDoctor.Patient) -> [RecipeFinding] {
        let scope = scope(patient)
        return texts(patient).flatMap { place, text -> [RecipeFinding] in
            var missing: [Variable] = []
            _ = scope.filled(text) { if !missing.contains($0) { missing.append($0) } }
            return missing.map { finding($0, patient, place) }
        }
    }

    private static func scope(_ patient: RecipeDoctor.Patient) -> VariableScope {
        func party(_ recipe: Recipe) -> VariableScope.Party {
            VariableScope.Party(
                name: recipe.name, version: recipe.version, configuration: .map(recipe.defaultConfiguration))
        }
        var dependencies: [ComponentName: VariableScope.Party] = [:]
        for dependency in patient.recipe.dependencies {
            dependencies[dependency.name] = patient.dependency(dependency.name).map { party($0.recipe) }
        }
        return VariableScope(
            folders: NodeFolders(root: "/"), thingName: "thing", own: party(patient.recipe), dependencies: dependencies)
    }

    static func texts(_ patient: RecipeDoctor.Patient) -> [(place: String, text: String)] {
        let shared = patient.manifest.lifecycle.environment.map {
            ("\(patient.path).Lifecycle.Setenv.\($0.name)", $0.value)
        }
        return shared
            + patient.steps.flatMap { name, step -> [(String, String)] in
                let place = patient.path(of: name)
                return [("\(place).Script", step.script)] + (step.skipIf.map { [("\(place).Skipif", $0)] } ?? [])
                    + step.environment.map { ("\(place).Setenv.\($0.name)", $0.value) }
            }
    }

    private static func finding(
        _ variable: Variable, _ patient: RecipeDoctor.Patient, _ place: String
    ) -> RecipeFinding {
        let (level, why, advice) = reason(variable, patient)
        return patient.finding(level, "variable", at: place, "\(variable) \(why)", advice: advice)
    }

    private static func reason(
        _ variable: Variable, _ patient: RecipeDoctor.Patient
    ) -> (RecipeFinding.Level, String, String) {
        if let component = variable.component {
            guard let dependency = patient.recipe.dependencies.first(where: { $0.name.text == component }) else {
                return (
                    .error, "asks a component that is no direct dependency", "add \(component) to ComponentDependencies"
                )
            }
            if patient.dependency(dependency.name) == nil {
                return (.note, "cannot be looked at: the recipe of \(component) is not at hand", "give it too")
            }
        }
        switch variable.space {
        case "configuration":
            return (
                .warning, "has no default: it stays as it is until a deployment gives it",
                "add it to DefaultConfiguration"
            )
        case "artifacts", "work", "kernel", "iot": return (.error, "is none of this name space", "there are \(known)")
        default: return (.error, "is in no known name space, and stays as it is", "there are \(known)")
        }
    }

    private static let known =
        "{artifacts:path}, {artifacts:decompressedPath}, {work:path}, {kernel:rootPath}, {iot:thingName} and {configuration:/KEY}"
}
