/// Where in a pattern its reader is.
struct PatternPlace: Hashable {
    /// `detail.score`; empty at the top.
    private(set) var path = ""
    private(set) var depth = 0
    private(set) var isInsideOr = false

    static let top = PatternPlace()

    func member(_ key: String) -> PatternPlace {
        var place = self
        place.path = path.isEmpty ? key : "\(path).\(key)"
        place.depth += 1
        return place
    }

    /// An alternative asks about the same object, so the path stays.
    var alternative: PatternPlace {
        var place = self
        place.depth += 1
        place.isInsideOr = true
        return place
    }
}
