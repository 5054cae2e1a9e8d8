internal import Core

/// The elements of a list, and of the lists in it, in their order; never a list.
struct FlatElements: Sequence, IteratorProtocol {
    /// The lists that are being walked, innermost last: an event may nest them as deep as it likes.
    private var open: [IndexingIterator<[Datum]>]

    init(_ list: [Datum]) { open = [list.makeIterator()] }

    mutating func next() -> Datum? {
        while !open.isEmpty {
            guard let element = open[open.count - 1].next() else {
                open.removeLast()
                continue
            }
            guard case .list(let inner) = element else { return element }
            open.append(inner.makeIterator())
        }
        return nil
    }
}
