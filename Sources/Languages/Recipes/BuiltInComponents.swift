internal import Core

/// Components that are part of every node: recipes and deployments name them as they would on AWS's own device software.
package enum BuiltInComponents {
    package static let tokenExchange = "aws.greengrass.TokenExchangeService"
    /// This node: what its configuration says of `stations` is the releases that they get.
    package static let node = "lineside.Node"
    /// The command line, the exchange of tokens, and the node itself, under AWS's name and ours.
    package static let names: Set<String> = ["aws.greengrass.Cli", tokenExchange, "aws.greengrass.Nucleus", node]

    package static func has(_ name: ComponentName) -> Bool { names.contains(name.text) }

    /// What they do is the node's own, whatever minor version is asked for.
    package static let versions: [ComponentVersion] =
        (0...30).flatMap { minor in (0...9).map { ComponentVersion(2, minor, $0) } }

    /// Runs nothing: the node does its work.
    package static func recipe(_ name: ComponentName, _ version: ComponentVersion) -> Recipe {
        var recipe = Recipe(name: name, version: version)
        recipe.publisher = "Lineside"
        recipe.manifests = [Manifest()]
        return recipe
    }
}

extension Catalogue {
    /// The same with the built-in components in it. They are always at hand, so a version that runs is kept.
    package var withBuiltIns: Catalogue {
        Catalogue(
            offer: { (name, wishes) throws(Fault) in
                BuiltInComponents.has(name)
                    ? Offer(stored: BuiltInComponents.versions) : try self.offer(name, to: wishes)
            },
            recipe: { (name, version) throws(Fault) in
                BuiltInComponents.has(name)
                    ? BuiltInComponents.recipe(name, version) : try self.recipe(name, version)
            })
    }
}
