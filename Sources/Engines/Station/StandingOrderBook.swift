internal import Core
internal import Files
internal import JSON
internal import Synchronization

/// Keeps the standing orders on the disk, beside the ledger. What cannot be read was perhaps a block: then no part passes
/// until a person has looked.
///
/// Concurrency: for any thread; one change is written at a time.
package final class StandingOrderBook: Sendable {
    private struct Page: Sendable {
        var orders = StandingOrders()
        /// The disk has them.
        var isKept = true
        /// Somebody will write them.
        var isDue = false
        /// It was said that the disk does not take them.
        var isTold = false
    }

    private let path: String
    private let page: Mutex<Page>
    /// Held while the file is written.
    private let pen = Mutex(())
    private let pool = WorkerPool("standing-orders", threads: 1)
    private let written = Flagpole()

    /// Reads what was kept at `path`. Where nothing was, an older version may have put a bypass elsewhere: `older` looks.
    package init(_ path: String, older: () throws -> StandingOrders.Bypass?) {
        self.path = path
        var page = Page()
        do {
            if FileAccess.facts(path) != nil {
                page.orders = try StandingOrders(
                    try Datum(json: try FileAccess.read(path, limit: 1 << 20), named: path))
            } else {
                page.orders.bypass = try older()
            }
        } catch {
            page.orders.block = "what stood here before cannot be read: \(error)"
            Log.line("no part passes until a person has reset the station: \(error)")
        }
        self.page = Mutex(page)
    }

    package var orders: StandingOrders { page.withLock { $0.orders } }

    // MARK: what a person orders

    /// Begins or ends the bypass; it holds as soon as it is on the disk, and not before.
    func order(_ bypass: StandingOrders.Bypass?) throws(Fault) {
        try pen.withLock { _ throws(Fault) in
            var next = orders
            next.bypass = bypass
            try FileAccess.writeDurably(next.datum.json, to: path)
            page.withLock { $0.orders.bypass = bypass }
        }
    }

    /// A person has looked. Should this be forgotten, he is asked again.
    func reset() {
        change { orders in
            orders.block = nil
            orders.complaint = nil
        }
    }

    // MARK: what waits for a person

    /// No part may pass from now on. Returns when it is on the disk, or cannot be brought there.
    func block(_ reason: String) {
        page.withLock { page in
            page.orders.block = reason
            page.isKept = false
        }
        write()
    }

    /// Too many parts were not judged; nil when there is nothing to complain of. Waits for no disk.
    func note(complaint: String?) { change { $0.complaint = complaint } }

    // MARK: the disk

    /// Tries again what the disk did not take.
    func retry() { if !page.withLock({ $0.isKept }) { writeSoon() } }

    private func change(_ body: (inout StandingOrders) -> Void) {
        let isNews = page.withLock { page in
            let before = page.orders
            body(&page.orders)
            guard page.orders != before else { return false }
            page.isKept = false
            return true
        }
        if isNews { writeSoon() }
    }

    private func writeSoon() {
        let isDue = page.withLock { page in
            defer { page.isDue = true }
            return page.isDue
        }
        if !isDue { pool.submit { [self] in write() } }
    }

    private func write() {
        pen.withLock { _ in
            page.withLock { $0.isDue = false }
            let orders = orders
            do throws(Fault) {
                try FileAccess.writeDurably(orders.datum.json, to: path)
                page.withLock { page in
                    page.isKept = page.orders == orders
                    page.isTold = false
                }
            } catch { tell(error) }
        }
    }

    /// Once, however often it is tried again.
    private func tell(_ fault: Fault) {
        let isTold = page.withLock { page in
            defer { page.isTold = true }
            return page.isTold
        }
        if !isTold { Log.line("what waits for a person is not kept: \(fault)") }
    }

    /// Waits until everything is on the disk.
    package func close() {
        pool.submit { [self] in written.raise() }
        written.wait()
    }
}
