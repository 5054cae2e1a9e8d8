internal import Core
internal import Crypto
internal import Depot
internal import Recipes

/// The recipes that are at hand: those that came with a deployment, and those of what runs.
struct RecipeShelf: Sendable {
    struct Entry: Sendable {
        let recipe: Recipe
        let text: [UInt8]
    }

    private(set) var entries: [Entry] = []

    /// `texts`: recipes as their files hold them, each with a name for messages.
    init(_ texts: [(name: String, text: [UInt8])]) throws(Fault) {
        for (name, text) in texts {
            do throws(Fault) { add(Entry(recipe: try RecipeText.read(text).recipe, text: text)) } catch {
                throw Fault(error.code, "\(name): \(error.message)", hint: error.hint)
            }
        }
    }

    /// A newer text of the same version takes the place of the older one.
    private mutating func add(_ entry: Entry) {
        entries.removeAll { $0.recipe.name == entry.recipe.name && $0.recipe.version == entry.recipe.version }
        entries.append(entry)
    }

    /// Those of a generation in the depot, where nothing newer is at hand.
    mutating func add(_ generation: Generation, in depot: Depot) throws(Fault) {
        for member in generation.members where self[member.name, member.version] == nil {
            let text = try depot.document(member.recipe.digest)
            entries.append(Entry(recipe: try RecipeText.read(text).recipe, text: text))
        }
    }

    subscript(_ name: ComponentName, _ version: ComponentVersion) -> Entry? {
        entries.first { $0.recipe.name == name && $0.recipe.version == version }
    }

    var catalogue: Catalogue { Catalogue(entries.map(\.recipe)).withBuiltIns }
}
