/// A text to be found in another in one pass, as Knuth, Morris and Pratt do it: no text, however
/// repetitive, is looked at twice.
struct Literal: Hashable, Sendable {
    let bytes: [UInt8]
    /// For every beginning of the text: how much of its end is a shorter beginning too.
    private let borders: [Int]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        var borders = [Int](repeating: 0, count: bytes.count)
        var matched = 0
        for place in bytes.indices.dropFirst() {
            while matched > 0 && bytes[place] != bytes[matched] { matched = borders[matched - 1] }
            if bytes[place] == bytes[matched] { matched += 1 }
            borders[place] = matched
        }
        self.borders = borders
    }

    /// The place after its first occurrence.
    func end(in text: ArraySlice<UInt8>) -> Int? {
        var matched = 0
        for place in text.indices {
            while matched > 0 && text[place] != bytes[matched] { matched = borders[matched - 1] }
            if text[place] == bytes[matched] { matched += 1 }
            if matched == bytes.count { return place + 1 }
        }
        return nil
    }
}
