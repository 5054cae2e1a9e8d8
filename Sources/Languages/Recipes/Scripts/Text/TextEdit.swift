/// A change to a text: what stands in a range gives way to something else.
package struct TextEdit: Hashable, Sendable {
    /// Which of the texts that are looked at together.
    let paper: Int
    let range: Range<Int>
    let replacement: String

    /// It changes no line that is there.
    var addsLines: Bool {
        range.isEmpty && (replacement.first?.isNewline ?? false || replacement.last?.isNewline ?? false)
    }
}

/// Changes that can be made together. What belongs to one finding is made whole or not at all.
struct EditPlan {
    private(set) var edits: [TextEdit] = []
    private var letters: Set<Place> = []
    private var points: Set<Place> = []

    private struct Place: Hashable {
        let paper: Int
        let offset: Int
    }

    /// False when something else is to change the same letters: that is for the next look.
    mutating func take(_ wanted: [TextEdit]) -> Bool {
        let known = Set(edits)
        let fresh = wanted.filter { !known.contains($0) }
        guard !fresh.isEmpty, fresh.allSatisfy(isFree) else { return false }
        for edit in fresh {
            edits.append(edit)
            for offset in edit.range { letters.insert(Place(paper: edit.paper, offset: offset)) }
            if edit.range.isEmpty { points.insert(Place(paper: edit.paper, offset: edit.range.lowerBound)) }
        }
        return true
    }

    private func isFree(_ edit: TextEdit) -> Bool {
        let places = edit.range.map { Place(paper: edit.paper, offset: $0) }
        guard edit.range.isEmpty else {
            return places.allSatisfy { !letters.contains($0) } && places.dropFirst().allSatisfy { !points.contains($0) }
        }
        let point = Place(paper: edit.paper, offset: edit.range.lowerBound)
        let before = Place(paper: edit.paper, offset: edit.range.lowerBound - 1)
        return !points.contains(point) && !(letters.contains(point) && letters.contains(before))
    }

    /// A text with those of the changes that are its own.
    func applied(to bytes: [UInt8], paper: Int) -> [UInt8] {
        Self.applied(edits.filter { $0.paper == paper }, to: bytes[...])
    }

    static func applied(_ edits: [TextEdit], to bytes: ArraySlice<UInt8>) -> [UInt8] {
        var changed: [UInt8] = []
        var at = bytes.startIndex
        // An insertion comes before what is put in the place of the letters behind it.
        let ordered = edits.sorted {
            ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
        }
        for edit in ordered where edit.range.lowerBound >= at {
            changed += bytes[at..<edit.range.lowerBound]
            changed += edit.replacement.utf8
            at = edit.range.upperBound
        }
        return changed + bytes[at...]
    }
}
