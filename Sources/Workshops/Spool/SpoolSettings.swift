package import Core

/// What the spool costs, and what events are worth. Spans are nanoseconds. The keys are those of docs/spec/spool.md.
package struct SpoolSettings: Hashable, Sendable {
    /// Of the files on the disk, the write-ahead log included.
    package var bytesMax = 256 << 20
    /// Of events that wait in memory for the disk.
    package var waitingEventsMax = 10_000
    package var waitingBytesMax = 8 << 20
    /// How long an event waits for others to share its commit with, and how many share one.
    package var commitDelay = 50 * Span64.millisecond
    package var committedEventsMax = 256
    /// Between two attempts on a disk that refuses.
    package var diskRetry = 250 * Span64.millisecond
    /// The first pause after an attempt that failed, and the longest; the pause itself is drawn between nothing and it.
    package var pauseShortest = Span64.second
    package var pauseLongest = 300 * Span64.second
    /// After so many refusals that might have been temporary an event is set aside.
    package var attemptsMax = 50
    /// What events are worth by their detail-type; all others are telemetry.
    package var ranks: [String: SpoolRank] = [:]

    package init() {}

    package func rank(of detailType: String) -> SpoolRank { ranks[detailType] ?? .telemetry }

    // The files share the cap: three quarters for the pages in use, a quarter for the log and what a commit adds.
    var pageBytesMax: Int { bytesMax / 4 * 3 }
    var logBytesMax: Int { bytesMax / 16 }
    var committedBytesMax: Int { max(bytesMax / 32, 64 << 10) }
    /// Events set aside may take a tenth.
    var deadBytesMax: Int { bytesMax / 10 }
}

extension SpoolSettings {
    private static let keys = ["bytes_max", "pause_longest_s", "attempts_max", "ranks"]

    /// What is not written keeps its default; a key that is not known is refused.
    package init(_ datum: Datum?, at path: String = "spool") throws(Fault) {
        let reader = try DatumReader(datum, at: path, keys: Self.keys)
        bytesMax = try reader.whole("bytes_max", in: (2 << 20)...(1 << 44)) ?? bytesMax
        pauseLongest = try reader.span("pause_longest_s", unit: Span64.second, in: 1...86_400) ?? pauseLongest
        pauseShortest = min(pauseShortest, pauseLongest)
        attemptsMax = try reader.whole("attempts_max", in: 1...1_000_000) ?? attemptsMax
        guard let ranks = reader.value("ranks") else { return }
        guard let map = ranks.map else { throw Fault(.invalid, "\(reader.name("ranks")) must be an object") }
        let names = SpoolRank.allCases.map(\.name)
        for (type, value) in map.members {
            guard let rank = SpoolRank.allCases.first(where: { $0.name == value.text }) else {
                throw Fault(
                    .invalid, "\(reader.name("ranks")).\(type) must be one of \(names.joined(separator: ", "))")
            }
            self.ranks[type] = rank
        }
    }
}
