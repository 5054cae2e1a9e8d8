/// Why a text is no pattern, no path or no template, in EventBridge's words.
package struct PatternRefusal: Error, Hashable, Sendable {
    /// A whole sentence for whoever wrote the text.
    package let reason: String

    init(reason: String) { self.reason = reason }

    init(pattern what: String) { self.init(reason: "Event pattern is not valid. Reason: \(what)") }

    init(pattern what: String, at place: PatternPlace) {
        self.init(pattern: place.path.isEmpty ? what : "\(what) at \(place.path)")
    }

    init(path text: String, _ what: String) {
        self.init(reason: "InputPath is not valid. Reason: \(what): \(text)")
    }

    init(template what: String) { self.init(reason: "InputTemplate is not valid. Reason: \(what)") }

    static func repeated(_ place: PatternPlace) -> PatternRefusal {
        PatternRefusal(pattern: "Path `\(place.path)` cannot be allowed multiple times")
    }
}

/// What is wrong with a match expression; the reader of the whole pattern adds where.
struct MatchComplaint: Error, Hashable {
    let what: String
    init(_ what: String) { self.what = what }
}
