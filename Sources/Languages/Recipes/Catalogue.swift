package import Core

/// What components there are, as a node sees it.
package struct Catalogue: Sendable {
    /// The versions of one component.
    package struct Offer: Sendable {
        /// On this node already.
        package var stored: [ComponentVersion]
        /// That can be fetched; nil while nobody can be asked.
        package var published: [ComponentVersion]?

        package init(stored: [ComponentVersion] = [], published: [ComponentVersion]? = nil) {
            self.stored = stored
            self.published = published
        }
    }

    /// With who wants which versions of it: a hub that chooses itself answers with the one it chose.
    package typealias Offers = @Sendable (ComponentName, [Wish]) throws(Fault) -> Offer
    package typealias Recipes = @Sendable (ComponentName, ComponentVersion) throws(Fault) -> Recipe

    private let offers: Offers
    private let recipes: Recipes

    package init(offer: @escaping Offers, recipe: @escaping Recipes) {
        offers = offer
        recipes = recipe
    }

    package func offer(_ name: ComponentName, to wishes: [Wish]) throws(Fault) -> Offer { try offers(name, wishes) }

    package func recipe(_ name: ComponentName, _ version: ComponentVersion) throws(Fault) -> Recipe {
        try recipes(name, version)
    }

    /// Of recipes at hand, which nobody else adds to.
    package init(_ recipes: [Recipe]) {
        self.init(
            offer: { (name, _) throws(Fault) in
                Offer(stored: recipes.filter { $0.name == name }.map(\.version))
            },
            recipe: { (name, version) throws(Fault) in
                guard let recipe = recipes.first(where: { $0.name == name && $0.version == version }) else {
                    throw Fault(.notFound, "there is no recipe of \(name) \(version)")
                }
                return recipe
            })
    }
}
