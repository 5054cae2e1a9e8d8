/// Something about a recipe that will not work, or not as it seems to be meant.
package struct RecipeFinding: Hashable, Sendable {
    package enum Level: String, CaseIterable, Hashable, Comparable, Sendable {
        /// It cannot work.
        case error
        /// It probably does something else than is meant.
        case warning
        /// Worth knowing.
        case note

        private var weight: Int { self == .error ? 2 : self == .warning ? 1 : 0 }
        package static func < (left: Level, right: Level) -> Bool { left.weight < right.weight }
    }

    package let level: Level
    /// One word for programs, such as `pip-pin`.
    package let rule: String
    package let component: ComponentName
    /// Where in the recipe.
    package let path: String
    package let message: String
    package let advice: String
    /// The advice as a change of the recipe, where it is one.
    var remedy: RecipeRemedy?
}
