internal import Core
internal import Crypto
internal import Database
internal import Files

/// The ledger's file, as its one writer sees it.
///
/// Concurrency: confined to the writer's thread, behind its lock.
final class LedgerStore {
    private let database: Database
    private let insert: Statement
    private let text = ByteBuffer()
    private var chain = LedgerChain()
    /// Two writers would give the same numbers to different parts.
    private let lock: FileLock
    /// The number of the last entry in the file.
    private(set) var last: UInt64 = 0
    var head: SHA256Digest { chain.head }

    init(_ folder: StateFolder, _ durability: Database.Durability) throws(Fault) {
        try folder.make()
        lock = try FileLock(
            folder.ledgerLock,
            refusal: Fault(
                .unavailable, "another lineside writes to the ledger of \(folder.ledgerLock)",
                hint: "stop that one first, or give each its own state folder"))
        database = try Database(folder.ledger, durability: durability)
        try database.migrate(LedgerSchema.steps)
        insert = try database.prepare("INSERT INTO entries(\(LedgerRow.columns)) VALUES(?, ?, ?, ?, ?, ?)")
        try resume()
    }

    /// Takes up the chain where the file ends: what the file says is what counts.
    private func resume() throws(Fault) {
        let tail = try database.prepare("SELECT n, hash FROM entries ORDER BY n DESC LIMIT 1")
        guard try tail.step() else {
            last = 0
            return chain.resume(at: .zero)
        }
        guard let head = SHA256Digest(tail.blob(1)) else {
            throw Fault(
                .damaged, "\(database.path): the hash of the last entry (\(tail.int(0))) is not one",
                hint: "keep the file as it is; a new ledger begins when it is moved away")
        }
        last = UInt64(bitPattern: tail.int(0))
        chain.resume(at: head)
        tail.reset()
    }

    /// Writes a batch in one commit. After a fault the file and the chain are as before, unless the commit had come
    /// through after all: then its entries are not written again.
    func write(_ batch: [LedgerQueue.Item]) throws(Fault) {
        do throws(Fault) {
            try database.transaction { () throws(Fault) in
                for item in batch where Self.number(item) > last { try write(item) }
            }
            if let item = batch.last { last = max(last, Self.number(item)) }
        } catch {
            try resume()
            throw error
        }
    }

    private static func number(_ item: LedgerQueue.Item) -> UInt64 {
        switch item {
        case .entry(let numbered): numbered.n
        case .gap(let lost): lost.upperBound
        }
    }

    private func write(_ item: LedgerQueue.Item) throws(Fault) {
        switch item {
        case .entry(let numbered): try write(numbered.n, numbered.wall, numbered.entry)
        case .gap(let lost): try write(lost.upperBound, WallClock.nanoseconds, .event(.gap(lost)))
        }
    }

    private func write(_ n: UInt64, _ wall: Int64, _ entry: LedgerEntry) throws(Fault) {
        text.removeAll()
        entry.write(number: n, wall: wall, to: text)
        let kind = entry.kind.rawValue
        let hash = unsafe chain.link(kind, text.bytes)
        try insert.bind(1, Int64(bitPattern: n))
        try insert.bind(2, Int64(kind))
        if let part = entry.part { try insert.bind(3, Int64(part)) } else { try insert.bindNull(3) }
        try insert.bind(4, wall)
        unsafe try insert.bind(5, text.bytes)
        try insert.bind(6, hash.bytes)
        try insert.run()
    }
}
