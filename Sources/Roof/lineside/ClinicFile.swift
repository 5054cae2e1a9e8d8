internal import Core
internal import Files
internal import Recipes

/// Files for the doctor: component recipes, scripts and tutorials.
enum ClinicFile {
    /// All of them, or the first that cannot be read, or is none of these.
    static func all(_ files: [String]) throws(ConfigurationFault) -> [ClinicPaper] {
        var papers: [ClinicPaper] = []
        var recipes: [Recipe] = []
        for file in files {
            let paper: ClinicPaper
            let recipe: Recipe?
            do throws(Fault) {
                guard FileAccess.isReadable(file) else { throw Fault(.notFound, "there is no such file") }
                paper = try ClinicPaper(name: file, try FileAccess.read(file, limit: ClinicPaper.bytesMax))
                recipe = paper.kind == .recipe ? try RecipeText.read(paper.bytes).recipe : nil
            } catch { throw ConfigurationFault(message: "\(file): \(error)") }
            if let recipe {
                guard !recipes.contains(where: { $0.name == recipe.name && $0.version == recipe.version }) else {
                    throw ConfigurationFault(
                        message: "\(file): \(recipe.name) \(recipe.version) is in another file too")
                }
                recipes.append(recipe)
            }
            papers.append(paper)
        }
        return papers
    }
}
