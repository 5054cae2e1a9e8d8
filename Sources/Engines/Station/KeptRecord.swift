internal import Core
internal import Files
internal import Synchronization

/// A record that outlives every end of the station: a file, written whole and durably. Whoever changes it waits for no
/// disk unless he asks to; what the disk does not take is tried again.
///
/// Concurrency: for any thread; one change is written at a time.
final class KeptRecord<Content: Hashable & Sendable>: Sendable {
    private struct Page: Sendable {
        var content: Content
        /// Somebody will write it.
        var isDue = false
        /// It was said that the disk does not take it.
        var isTold = false
    }

    private let name: String
    private let path: String
    private let json: @Sendable (Content) -> [UInt8]
    private let page: Mutex<Page>
    /// Held while the file is written.
    private let pen = Mutex(())
    private let unwritten = Backlog()
    private let pool: WorkerPool
    private let written = Flagpole()

    /// Begins with what was read at `path`. `name` says in the log what it is.
    init(_ content: Content, named name: String, at path: String, json: @escaping @Sendable (Content) -> [UInt8]) {
        self.name = name
        self.path = path
        self.json = json
        page = Mutex(Page(content: content))
        pool = WorkerPool("kept", threads: 1)
    }

    var content: Content { page.withLock { $0.content } }

    // MARK: changes

    /// Holds at once, and is written soon.
    func change(_ body: (inout Content) -> Void) { if isNews(body) { writeSoon() } }

    /// Holds at once. Returns when it is on the disk, or cannot be brought there.
    func changeNow(_ body: (inout Content) -> Void) {
        _ = isNews(body)
        if !unwritten.isEmpty { write() }
    }

    /// Holds as soon as it is on the disk, and not before.
    func changeIfKept(_ body: (inout Content) -> Void) throws(Fault) {
        try pen.withLock { _ throws(Fault) in
            var next = content
            body(&next)
            try FileAccess.writeDurably(json(next), to: path)
            page.withLock { body(&$0.content) }
        }
    }

    private func isNews(_ body: (inout Content) -> Void) -> Bool {
        page.withLock { page in
            let before = page.content
            body(&page.content)
            guard page.content != before else { return false }
            unwritten.add()
            return true
        }
    }

    // MARK: the disk

    /// Tries again what the disk did not take.
    func retry() { if !unwritten.isEmpty { writeSoon() } }

    /// Waits until everything is on the disk; false when that takes longer than `span` nanoseconds.
    func isKept(within span: UInt64) -> Bool { unwritten.isDone(unwritten.last, within: span) }

    private func writeSoon() {
        let isDue = page.withLock { page in
            defer { page.isDue = true }
            return page.isDue
        }
        if !isDue { pool.submit { [self] in write() } }
    }

    private func write() {
        pen.withLock { _ in
            let last = unwritten.last
            let content = page.withLock { page in
                page.isDue = false
                return page.content
            }
            do throws(Fault) {
                try FileAccess.writeDurably(json(content), to: path)
                page.withLock { $0.isTold = false }
                unwritten.settle(last)
            } catch { tell(error) }
        }
    }

    /// Once, however often it is tried again.
    private func tell(_ fault: Fault) {
        let isTold = page.withLock { page in
            defer { page.isTold = true }
            return page.isTold
        }
        if !isTold { Log.line("\(name) is not kept: \(fault)") }
    }

    /// Waits until everything is on the disk, or was refused by it.
    func close() {
        pool.submit { [self] in written.raise() }
        written.wait()
    }
}
