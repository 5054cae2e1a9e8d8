/// A line that may come in pieces.
struct ChunkLine {
    struct Ended {
        let text: [UInt8]
        /// As the protocol has it, before the line feed.
        let hasReturn: Bool
        var isEmpty: Bool { text.isEmpty }
    }

    private var bytes: [UInt8] = []

    /// Takes bytes until the line ends; nil when they are used up before. Throws the refusal where more than so many
    /// come before the end.
    mutating func take(
        from rest: inout UnsafeRawBufferPointer, max: Int, or refusal: ChunkRefusal
    ) throws(ChunkRefusal) -> Ended? {
        let room = max + 2 - bytes.count
        let piece = unsafe rest.prefix(room)
        let end = unsafe piece.firstIndex(of: UInt8(ascii: "\n"))
        let count = unsafe end.map { $0 + 1 } ?? piece.count
        unsafe bytes.append(contentsOf: piece.prefix(count))
        unsafe rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
        guard end != nil else {
            guard bytes.count < max + 2 else { throw refusal }
            return nil
        }
        defer { bytes.removeAll(keepingCapacity: true) }
        let text = bytes.dropLast()
        guard text.last == UInt8(ascii: "\r") else {
            guard text.count <= max else { throw refusal }
            return Ended(text: Array(text), hasReturn: false)
        }
        return Ended(text: Array(text.dropLast()), hasReturn: true)
    }
}
