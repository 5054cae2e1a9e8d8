internal import Core
internal import Files
internal import Glibc

/// What a station's processes print. They write into a file, which a node that dies cannot take from them; the node
/// repeats it in its own log, and remembers the last line for whoever asks why a station does not answer.
///
/// Confined to its lane's thread.
final class StationPrintout {
    private static let fileBytesMax = 1 << 20
    private static let blockBytes = 64 << 10
    /// Of those, in one turn: the lane has more to look after.
    private static let blocksMax = 16
    private static let lineBytesMax = 1000
    private static let newline = UInt8(ascii: "\n")
    /// How the line's keeper ends what it says of a process: it tells that there was an end, and not why.
    private static let keepersEnd = "it is started again"

    private let path: String
    private var place: Int
    /// A line of which not all has come.
    private var half: [UInt8] = []
    private(set) var lastLine = ""

    /// What is there already was another node's to repeat.
    init(_ path: String) {
        self.path = path
        place = FileAccess.facts(path)?.bytes ?? 0
    }

    /// For a process to write to; nil where there can be no file: it shares the node's own log then.
    func descriptor() -> Int32? {
        let file = unsafe open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        return file >= 0 ? file : nil
    }

    /// Repeats what has come since the last time.
    func tend() {
        guard let size = FileAccess.facts(path)?.bytes, size != place else { return }
        if size < place { place = 0 }
        for _ in 0..<Self.blocksMax {
            guard let block = block() else { break }
            place += block.count
            unsafe block.withUnsafeBytes { _ = unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
            remember(block)
        }
        // Whoever writes appends: it goes on at the beginning.
        if place > Self.fileBytesMax, unsafe truncate(path, 0) == 0 { place = 0 }
    }

    private func block() -> [UInt8]? {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var block = [UInt8](repeating: 0, count: Self.blockBytes)
        let count = unsafe block.withUnsafeMutableBytes { unsafe pread(file, $0.baseAddress, $0.count, place) }
        return count > 0 ? Array(block.prefix(count)) : nil
    }

    private func remember(_ block: [UInt8]) {
        var lines = (half + block).split(separator: Self.newline, omittingEmptySubsequences: false)
        half = Array((lines.popLast() ?? []).suffix(Self.lineBytesMax))
        let texts = lines.map { String(decoding: $0.prefix(Self.lineBytesMax), as: UTF8.self) }
        lastLine = texts.last { !$0.isEmpty && !$0.hasSuffix(Self.keepersEnd) } ?? lastLine
    }
}
