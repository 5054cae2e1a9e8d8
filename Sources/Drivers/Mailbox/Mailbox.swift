internal import CKernel
package import Core
internal import Glibc

/// The memory between one station and one PLC process: a small file, mapped by both, that outlives either.
///
/// Concurrency: each ring has one producer and one consumer; the PLC process' side is called by its loop alone, the
/// station's by its decision thread alone. Nothing here waits, locks or allocates, except `listen`.
@safe package struct Mailbox: @unchecked Sendable {
    private let box: UnsafeMutablePointer<ls_mailbox>
    /// The file that is mapped: whatever lies at its path later may be another.
    private let device: UInt64
    private let inode: UInt64

    package enum Side: String, Hashable, Sendable {
        case station
        case io
    }

    /// Opens the mailbox at `path` for one of its sides, and makes it when it is not there. It is never unmapped: a process
    /// has one.
    package init(path: String, for side: Side) throws(Fault) {
        try Self.claim(side, of: path)
        try self.init(path: path)
    }

    /// Two of one side would answer one PLC, and neither be believed. The kernel lets go of the claim with the process.
    private static func claim(_ side: Side, of path: String) throws(Fault) {
        let name = "\(path).\(side.rawValue)"
        let file = unsafe open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw Fault.system("opening \(name)") }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            close(file)
            throw Fault(
                .unavailable, "another \(side.rawValue) process serves the mailbox \(path)",
                hint: "stop it first, or give this one a mailbox of its own")
        }
    }

    /// Opens the mailbox at `path` without claiming a side.
    package init(path: String) throws(Fault) {
        let file = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw Fault.system("opening the mailbox \(path)") }
        defer { close(file) }
        let bytes = MemoryLayout<ls_mailbox>.size
        var status = stat()
        guard unsafe fstat(file, &status) == 0 else { throw Fault.system("looking at the mailbox \(path)") }
        guard status.st_size == 0 || status.st_size == bytes else { throw Self.stranger(path) }
        // Two that make it at the same moment make the same.
        guard status.st_size == bytes || ftruncate(file, bytes) == 0 else {
            throw Fault.system("making room in the mailbox \(path)")
        }
        let start = unsafe mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)
        guard let start = unsafe start, unsafe start != MAP_FAILED else {
            throw Fault.system("mapping the mailbox \(path)")
        }
        unsafe box = unsafe start.assumingMemoryBound(to: ls_mailbox.self)
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        try claim(path)
    }

    /// Whether the file at `path` is the one that is mapped. If it is not, whoever opens it now meets somebody else.
    package func lies(at path: String) -> Bool {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return errno != ENOENT }
        return UInt64(status.st_dev) == device && UInt64(status.st_ino) == inode
    }

    /// A mailbox of this process alone, for simulations.
    package init() {
        unsafe box = .allocate(capacity: 1)
        (device, inode) = (0, 0)
        unsafe memset(box, 0, MemoryLayout<ls_mailbox>.size)
        unsafe box.pointee.magic = UInt32(LS_MAILBOX_MAGIC)
        unsafe box.pointee.version = UInt32(LS_MAILBOX_VERSION)
    }

    private func claim(_ path: String) throws(Fault) {
        if unsafe box.pointee.magic == 0, isBlank {
            unsafe box.pointee.version = UInt32(LS_MAILBOX_VERSION)
            unsafe ls_store(&box.pointee.magic, UInt32(LS_MAILBOX_MAGIC))
        }
        guard unsafe box.pointee.magic == UInt32(LS_MAILBOX_MAGIC),
            unsafe box.pointee.version == UInt32(LS_MAILBOX_VERSION)
        else { throw Self.stranger(path) }
    }

    private static func stranger(_ path: String) -> Fault {
        Fault(
            .invalid, "\(path) is not a mailbox of this version",
            hint: "stop the station and its PLC process, and delete the file")
    }

    /// Nobody has written anything into it.
    private var isBlank: Bool {
        let words = unsafe UnsafeRawPointer(box).assumingMemoryBound(to: UInt64.self)
        return (0..<MemoryLayout<ls_mailbox>.size / 8).allSatisfy { unsafe words[$0] == 0 }
    }

    // MARK: lives: a number for each process that has served this mailbox

    /// So many letters wait at most; one more is lost.
    package static let lettersMax = Int(LS_LETTERS)

    /// Begins the station's life. The triggers of the one before are nobody's to judge: they are only told; what became of
    /// parts is still to be read.
    package func beginStation(telling before: (Post<TriggerLetter>) -> Void = { _ in }) -> UInt32 {
        var post = nextTrigger()
        while post != .nothing {
            before(post)
            post = nextTrigger()
        }
        return unsafe ls_add(&box.pointee.station_life, 1) &+ 1
    }

    package func beginIO() -> UInt32 {
        unsafe ls_chute_skip_all(&box.pointee.verdicts)
        return unsafe ls_add(&box.pointee.io_life, 1) &+ 1
    }

    // MARK: the station's word

    private static let bypassBit: UInt16 = 1 << 15
    private static let resetBit: UInt16 = 1 << 14

    /// The station's sign of life, with what it is ready for.
    package func beat(
        _ now: Instant, state: StationState, modelCode: UInt16, isBypassed: Bool = false, needsReset: Bool = false
    ) {
        let word = state.rawValue | (isBypassed ? Self.bypassBit : 0) | (needsReset ? Self.resetBit : 0)
        unsafe ls_store(&box.pointee.release, UInt32(word) << 16 | UInt32(modelCode))
        unsafe ls_store64(&box.pointee.station_beat_ns, now.nanoseconds)
    }

    package var station: StationSign {
        let word = unsafe ls_load(&box.pointee.release)
        let high = UInt16(truncatingIfNeeded: word >> 16)
        return unsafe StationSign(
            beat: Instant(nanoseconds: ls_load64(&box.pointee.station_beat_ns)),
            life: ls_load(&box.pointee.station_life),
            state: StationState(rawValue: high & ~(Self.bypassBit | Self.resetBit)) ?? .boot,
            modelCode: UInt16(truncatingIfNeeded: word), isBypassed: high & Self.bypassBit != 0,
            needsReset: high & Self.resetBit != 0)
    }

    // MARK: the PLC process' word

    package func beat(_ now: Instant, plc: PLCSign) {
        unsafe ls_store64(&box.pointee.plc, plc.word)
        unsafe ls_store64(&box.pointee.io_beat_ns, now.nanoseconds)
    }

    package var plc: PLCSign { unsafe PLCSign(word: ls_load64(&box.pointee.plc)) }
    package var ioBeat: Instant { unsafe Instant(nanoseconds: ls_load64(&box.pointee.io_beat_ns)) }

    // MARK: letters

    package func send(_ letter: TriggerLetter) -> Bool {
        var cell = letter.cell
        return unsafe ls_chute_push(&box.pointee.triggers, &cell)
    }

    package func send(_ letter: OutcomeLetter) -> Bool {
        var cell = letter.cell
        return unsafe ls_chute_push(&box.pointee.outcomes, &cell)
    }

    package func send(_ letter: VerdictLetter) -> Bool {
        var cell = letter.cell
        return unsafe ls_chute_push(&box.pointee.verdicts, &cell)
    }

    /// Verdicts that the PLC process has not read yet.
    package var hasUnreadVerdicts: Bool { unsafe ls_chute_waiting(&box.pointee.verdicts) > 0 }

    package enum Post<Letter: Hashable & Sendable>: Hashable, Sendable {
        case letter(Letter)
        /// Something lay there that nobody has written whole.
        case torn
        case nothing
    }

    package func nextTrigger() -> Post<TriggerLetter> {
        var cell = ls_letter()
        switch unsafe ls_chute_pop(&box.pointee.triggers, &cell) {
        case 0: return .nothing
        case 1: return TriggerLetter(cell).map { .letter($0) } ?? .torn
        default: return .torn
        }
    }

    package func nextOutcome() -> Post<OutcomeLetter> {
        var cell = ls_letter()
        switch unsafe ls_chute_pop(&box.pointee.outcomes, &cell) {
        case 0: return .nothing
        case 1: return OutcomeLetter(cell).map { .letter($0) } ?? .torn
        default: return .torn
        }
    }

    package func nextVerdict() -> Post<VerdictLetter> {
        var cell = ls_letter()
        switch unsafe ls_chute_pop(&box.pointee.verdicts, &cell) {
        case 0: return .nothing
        case 1: return VerdictLetter(cell).map { .letter($0) } ?? .torn
        default: return .torn
        }
    }

    // MARK: the bell

    /// Wakes the station; one system call, and only when somebody may sleep.
    package func ring() {
        _ = unsafe ls_add(&box.pointee.bell, 1)
        _ = unsafe ls_futex_wake(&box.pointee.bell, 1)
    }

    package var bellCount: UInt32 { unsafe ls_load(&box.pointee.bell) }

    /// Sleeps until the bell has rung since `count`, or until `deadline`.
    package func listen(since count: UInt32, until deadline: Instant) {
        _ = unsafe ls_futex_wait(&box.pointee.bell, count, deadline.nanoseconds)
    }

    // MARK: for drills

    /// Scribbles over a verdict that waits, as a torn write would: whether there was one.
    package func tearWaitingVerdict(with noise: UInt64) -> Bool {
        guard unsafe ls_chute_waiting(&box.pointee.verdicts) > 0 else { return false }
        let place = unsafe Int(box.pointee.verdicts.read % UInt64(LS_LETTERS))
        unsafe withUnsafeMutableBytes(of: &box.pointee.verdicts.letter) { bytes in
            let cell = place * MemoryLayout<ls_letter>.size
            unsafe bytes[cell + Int(noise % 56)] ^= UInt8(1 + noise % 255)
        }
        return true
    }
}
