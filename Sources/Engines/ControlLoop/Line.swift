/// A short queue of fixed size that lies where it stands: growing, shrinking and looking allocate nothing.
package struct Line<let size: Int, Element: Sendable>: Sendable {
    private var places: InlineArray<size, Element>
    package private(set) var count = 0

    package init(_ filler: Element) { places = InlineArray(repeating: filler) }

    package var isEmpty: Bool { count == 0 }
    package var isFull: Bool { count == places.count }

    package subscript(_ place: Int) -> Element { places[place] }

    /// Appends, or drops the oldest to make room.
    package mutating func append(_ element: Element) {
        if isFull { remove(at: 0) }
        places[count] = element
        count += 1
    }

    package mutating func remove(at place: Int) {
        var here = place
        while here + 1 < count {
            places[here] = places[here + 1]
            here += 1
        }
        count -= 1
    }

    package mutating func removeAll() { count = 0 }

    package func firstIndex(where fits: (Element) -> Bool) -> Int? {
        var place = 0
        while place < count {
            if fits(places[place]) { return place }
            place += 1
        }
        return nil
    }
}
