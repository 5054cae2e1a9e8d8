/// Programs that speak to AWS, in components that are never given credentials.
enum CredentialsRule {
    static func findings(_ patient: RecipeDoctor.Patient) -> [RecipeFinding] {
        let depends = ([patient] + patient.others).contains { other in
            other.recipe.dependencies.contains { $0.name.text == BuiltInComponents.tokenExchange }
        }
        guard !depends, let speaker = speaker(patient) else { return [] }
        return [
            patient.finding(
                .error, "no-credentials", at: "ComponentDependencies",
                "\(speaker) speaks to AWS, and is given no credentials",
                advice: "depend on \(BuiltInComponents.tokenExchange) \"\(requirement)\"",
                remedy: .depend(on: BuiltInComponents.tokenExchange, requirement: requirement))
        ]
    }

    private static let requirement = ">=2.0.0 <3.0.0"

    private static func speaker(_ patient: RecipeDoctor.Patient) -> String? {
        if let program = patient.programs.first(where: { !$0.imports.isDisjoint(with: ["boto3", "botocore"]) }) {
            return program.file
        }
        return patient.steps.first { _, step in
            step.script.split(whereSeparator: { " ;&|\n\t".contains($0) }).contains("aws")
        }.map { "the script of \($0.name.title)" }
    }
}
