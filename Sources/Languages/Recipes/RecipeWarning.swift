/// Something in a recipe that is passed over, and was perhaps meant otherwise.
package struct RecipeWarning: Hashable, Sendable, CustomStringConvertible {
    package let path: String
    package let message: String

    package var description: String { "\(path): \(message)" }
}
