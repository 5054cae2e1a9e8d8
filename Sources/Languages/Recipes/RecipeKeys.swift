/// The members of one object of a recipe by their known names. The others are passed over, with a warning.
struct RecipeKeys {
    private var places: [String: RecipePlace] = [:]
    let path: String

    init(
        _ members: [(key: String, place: RecipePlace)], path: String, known: [String], _ warnings: inout [RecipeWarning]
    ) {
        self.path = path
        for (key, place) in members {
            if let name = known.first(where: { $0.lowercased() == key.lowercased() }) {
                places[name] = place
            } else {
                warnings.append(Self.warning(key, place.path, known))
            }
        }
    }

    subscript(_ name: String) -> RecipePlace? { places[name] }

    /// Where a member that is missing would stand.
    func path(of name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    private static func warning(_ key: String, _ path: String, _ known: [String]) -> RecipeWarning {
        let meant = known.map { ($0, WordDistance.between(key.lowercased(), $0.lowercased())) }
            .filter { $0.1 <= 2 && $0.1 < $0.0.count / 2 + 1 }.min { $0.1 < $1.1 }?.0
        return RecipeWarning(
            path: path, message: "unknown key, passed over" + (meant.map { "; did you mean \($0)?" } ?? ""))
    }
}
