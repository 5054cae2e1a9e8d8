package import Core
package import Crypto
internal import Database
internal import JSON

extension LedgerReader {
    private static let stretch = 4_096

    /// Follows the chain from the first entry to the last. `anchor` is a hash noted earlier: the tally says where it
    /// was met. A part of the tail that was cut off shows only there: nothing in the file can tell.
    package func verify(
        anchor: SHA256Digest? = nil, progress: (LedgerTally) -> Void = { _ in }
    ) throws(Fault) -> LedgerVerdict {
        let select = try database.prepare(
            "SELECT \(LedgerRow.columns) FROM entries WHERE n > ? ORDER BY n LIMIT \(Self.stretch)")
        let unlisted = try database.prepare(Self.unlisted)
        var check = LedgerCheck(anchor: anchor)
        if try database.number("SELECT n FROM entries WHERE n < 1 LIMIT 1") != nil {
            return .broken(n: 0, .column("n"), check.tally)
        }
        while true {
            let before = check.tally
            do throws(Fault) {
                if let (n, flaw) = try check.flaw(in: select, and: unlisted) { return .broken(n: n, flaw, check.tally) }
            } catch {
                guard error.code == .damaged else { throw error }
                return .broken(n: check.tally.last + 1, .damaged(error.message), check.tally)
            }
            if check.tally.entries == before.entries { return .whole(check.tally) }
            progress(check.tally)
        }
    }

    /// The first entry of a stretch that would not be found by its part's number.
    private static let unlisted = """
        SELECT n FROM entries AS e WHERE n > ? AND n <= ? AND part IS NOT NULL AND NOT EXISTS
            (SELECT 1 FROM entries AS i INDEXED BY entries_part WHERE i.part = e.part AND i.n = e.n)
        ORDER BY n LIMIT 1
        """
}

/// Checks one row after the other against what came before. It holds the chain, and no row longer than a step.
private struct LedgerCheck: ~Copyable {
    private(set) var tally = LedgerTally()
    private var chain = LedgerChain()
    private let anchor: SHA256Digest?
    private let document = JSONDocument()
    private let text = ByteBuffer()

    init(anchor: SHA256Digest?) { self.anchor = anchor }

    /// The first flaw of the next stretch.
    mutating func flaw(in select: Statement, and unlisted: Statement) throws(Fault) -> (UInt64, LedgerFlaw)? {
        let before = tally.last
        try select.bind(1, Int64(bitPattern: before))
        while try select.step() {
            if let found = flaw(of: select) {
                select.reset()
                return found
            }
        }
        try unlisted.bind(1, Int64(bitPattern: before))
        try unlisted.bind(2, Int64(bitPattern: tally.last))
        guard try unlisted.step() else { return nil }
        defer { unlisted.reset() }
        return (UInt64(bitPattern: unlisted.int(0)), .unlisted)
    }

    /// What is wrong with the row that the statement stands on.
    private mutating func flaw(of row: Statement) -> (UInt64, LedgerFlaw)? {
        let n = UInt64(bitPattern: row.int(0))
        let expected = tally.last + 1
        guard let kind = UInt8(exactly: row.int(1)).flatMap(EntryKind.init(rawValue:)) else {
            return n == expected ? (n, .kind) : (expected, .missing)
        }
        text.removeAll()
        unsafe row.withBlob(4) { unsafe text.append($0) }
        let hash = unsafe chain.link(kind.rawValue, text.bytes)
        if n != expected, kind != .event { return (expected, .missing) }
        if SHA256Digest(row.blob(5)) != hash { return n == expected ? (n, .hash) : (expected, .missing) }
        if let flaw = readingFlaw(n, kind, row) { return (n == expected ? n : expected, flaw) }
        tally.entries += 1
        tally.last = n
        tally.head = hash
        if hash == anchor { tally.anchor = n }
        return nil
    }

    /// The columns by which entries are found are only as good as the body says.
    private mutating func readingFlaw(_ n: UInt64, _ kind: EntryKind, _ row: Statement) -> LedgerFlaw? {
        let root: JSONNode
        do throws(JSONDocument.Refusal) { unsafe root = try document.parse(padded: text.bytes) } catch {
            return .unreadable("no JSON at byte \(error.position): \(error.reason)")
        }
        if root["kind"]?.string != kind.name { return .column("kind") }
        if root["n"]?.uint != n { return .column("n") }
        if root["wall_ns"]?.int != Int(row.int(3)) { return .column("wall_ns") }
        let part = root["part"].flatMap { $0.isNull ? nil : $0.int }
        if row.optionalInt(2) != part.map(Int64.init) { return .column("part") }
        let isGap = kind == .event && root["event"]?.string == EventRecord.Name.gap.rawValue
        return isGap ? gapFlaw(n, root["facts"]) : n == tally.last + 1 ? nil : .missing
    }

    /// Numbers may only jump where a gap event speaks for all that are skipped.
    private mutating func gapFlaw(_ n: UInt64, _ facts: JSONNode?) -> LedgerFlaw? {
        guard facts?["first"]?.uint == tally.last + 1, facts?["last"]?.uint == n else { return .missing }
        tally.lost += n - tally.last
        return nil
    }
}
