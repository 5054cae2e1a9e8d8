internal import Core
internal import Files
internal import Recipes

/// A recipe's file, read or refused.
struct RecipeFile {
    let file: String
    let recipe: Recipe?
    let warnings: [RecipeWarning]
    let fault: Fault?

    /// No recipe is larger: Greengrass takes 16 KB.
    private static let bytesMax = 4 << 20

    static func read(_ file: String) -> RecipeFile {
        do throws(Fault) {
            guard FileAccess.isReadable(file) else { throw Fault(.notFound, "there is no such file") }
            let (recipe, warnings) = try RecipeText.read(try FileAccess.read(file, limit: bytesMax))
            return RecipeFile(file: file, recipe: recipe, warnings: warnings, fault: nil)
        } catch { return RecipeFile(file: file, recipe: nil, warnings: [], fault: error) }
    }

    /// All of them, or the first that cannot be read.
    static func all(_ files: [String]) throws(ConfigurationFault) -> [Recipe] {
        var recipes: [Recipe] = []
        for file in files {
            let reading = read(file)
            guard let recipe = reading.recipe else {
                throw ConfigurationFault(message: "\(file): \(reading.fault?.description ?? "it cannot be read")")
            }
            guard !recipes.contains(where: { $0.name == recipe.name && $0.version == recipe.version }) else {
                throw ConfigurationFault(message: "\(file): \(recipe.name) \(recipe.version) is in another file too")
            }
            recipes.append(recipe)
        }
        return recipes
    }

    var lines: [String] {
        guard let recipe else { return [] }
        return ["\(file): \(recipe.name) \(recipe.version) is good"] + warnings.map { "\(file): warning: \($0)" }
    }

    var datum: Datum {
        var map: DatumMap = ["file": .text(file), "good": .bool(fault == nil)]
        if let recipe {
            map["component"] = .text(recipe.name.text)
            map["version"] = .text("\(recipe.version)")
        }
        if let fault {
            map["error"] = .text(fault.message)
            map["hint"] = fault.hint.map { .text($0) }
        }
        map["warnings"] = .list(warnings.map { ["path": .text($0.path), "message": .text($0.message)] })
        return .map(map)
    }
}

/// Artifacts that are at hand: files that recipes name on this machine, and those of the same name in one folder.
struct ArtifactShelf {
    let folder: String?

    /// Enough of a file to look at.
    private static let bytesMax = 8 << 20

    func bytes(of artifact: Artifact) -> [UInt8]? {
        let path: String
        if case .file(let name) = artifact.source {
            path = name
        } else {
            guard let folder else { return nil }
            path = folder + "/" + artifact.fileName
        }
        return try? FileAccess.read(path, limit: Self.bytesMax)
    }
}
