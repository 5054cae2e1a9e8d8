/// Finds where quotes and brackets close. One that does not is a letter like any other: people print such texts.
struct ShellQuotes {
    /// What opened.
    enum Opener { case double, bracket }

    private let bytes: [UInt8]
    /// No argument of a program is longer (MAX_ARG_STRLEN of Linux), so no quote is.
    static let reachBytesMax = 128 << 10
    // Up to here it is known that nothing closes, so that no part of the text is looked through again and again.
    private var dead = 0
    private var singleDead = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The apostrophe that ends what begins at a place.
    mutating func single(from start: Int, to end: Int) -> Int? {
        guard start >= singleDead else { return nil }
        let limit = min(end, start + Self.reachBytesMax)
        if let close = bytes[start..<max(start, limit)].firstIndex(of: .apostrophe) { return close }
        singleDead = limit
        return nil
    }

    /// The mark that ends what begins at a place, whatever is nested in between.
    mutating func closing(_ opener: Opener, from start: Int, to end: Int) -> Int? {
        guard start >= dead else { return nil }
        let limit = min(end, start + Self.reachBytesMax)
        var open = [opener]
        var at = start
        while at < limit {
            let byte = bytes[at]
            if byte == .backslash {
                at += 2
                continue
            }
            switch open.last {
            case .double:
                if byte == .quote {
                    open.removeLast()
                } else if byte == .dollar, at + 1 < limit, bytes[at + 1] == UInt8(ascii: "(") {
                    open.append(.bracket)
                    at += 1
                }
            default:
                switch byte {
                case .apostrophe: at = bytes[(at + 1)..<limit].firstIndex(of: .apostrophe) ?? limit
                case .quote: open.append(.double)
                case UInt8(ascii: "("): open.append(.bracket)
                case UInt8(ascii: ")"): open.removeLast()
                default: break
                }
            }
            if open.isEmpty { return at }
            at += 1
        }
        dead = limit
        return nil
    }
}
