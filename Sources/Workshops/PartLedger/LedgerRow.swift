internal import Database

/// An entry as it stands in the file.
package struct LedgerRow: Hashable, Sendable {
    package let n: UInt64
    package let rawKind: Int64
    package let part: UInt32?
    /// When it happened, in nanoseconds since 1970.
    package let wall: Int64
    /// The exact JSON text.
    package let body: [UInt8]
    package let hash: [UInt8]

    package var kind: EntryKind? { UInt8(exactly: rawKind).flatMap(EntryKind.init(rawValue:)) }
    package var text: String { String(decoding: body, as: UTF8.self) }

    static let columns = "n, kind, part, wall_ns, body, hash"

    init(_ statement: Statement) {
        n = UInt64(bitPattern: statement.int(0))
        rawKind = statement.int(1)
        part = statement.optionalInt(2).flatMap(UInt32.init(exactly:))
        wall = statement.int(3)
        body = statement.blob(4)
        hash = statement.blob(5)
    }
}
