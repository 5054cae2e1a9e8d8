internal import Core
internal import Synchronization

/// A device that has much to say of itself sends a whole report in several messages; what it does not have any more is
/// known with the last of them.
///
/// Concurrency: a value under a lock. What of a report has come is forgotten with the process: the next whole one says it again.
final class HealthChapters: Sendable {
    private struct Report: Sendable {
        let sequence: Datum?
        var names: [Datum] = []
        var left: Set<Int>
    }

    private static let chaptersMax = 1000
    private let open = Mutex<[String: Report]>([:])

    /// The components that a whole report names, once all of it is there.
    func add(_ report: Datum, of thing: String) -> [Datum]? {
        guard report["messageType"]?.text != "PARTIAL" else { return nil }
        let names = (report["components"]?.list ?? []).compactMap { $0["componentName"] }
        let number = report["chunkInfo"]?["chunkId"]?.whole ?? 1
        let count = report["chunkInfo"]?["totalChunks"]?.whole ?? 1
        return open.withLock { open in
            guard (2...Self.chaptersMax).contains(count) else {
                open[thing] = nil
                return names
            }
            var whole = open[thing] ?? Report(sequence: nil, left: [])
            if whole.sequence == nil || whole.sequence != report["sequenceNumber"] {
                whole = Report(sequence: report["sequenceNumber"] ?? .null, left: Set(1...count))
            }
            whole.names += names
            whole.left.remove(number)
            open[thing] = whole.left.isEmpty ? nil : whole
            return whole.left.isEmpty ? whole.names : nil
        }
    }
}
