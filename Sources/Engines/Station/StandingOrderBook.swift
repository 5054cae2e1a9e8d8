internal import Core
internal import Files
internal import JSON

/// Keeps the standing orders on the disk, beside the ledger. What cannot be read was perhaps a block: then no part passes
/// until a person has looked.
package final class StandingOrderBook: Sendable {
    private let kept: KeptRecord<StandingOrders>

    /// Reads what was kept at `path`. Where nothing was, an older version may have put a bypass elsewhere: `older` looks.
    package init(_ path: String, older: () throws -> StandingOrders.Bypass?) {
        var orders = StandingOrders()
        do {
            if FileAccess.facts(path) != nil {
                orders = try StandingOrders(try Datum(json: try FileAccess.read(path, limit: 1 << 20), named: path))
            } else {
                orders.bypass = try older()
            }
        } catch {
            orders.block = "what stood here before cannot be read: \(error)"
            Log.line("no part passes until a person has reset the station: \(error)")
        }
        kept = KeptRecord(orders, named: "what waits for a person", at: path) { $0.datum.json }
    }

    package var orders: StandingOrders { kept.content }

    // MARK: what a person orders

    /// Begins or ends the bypass; it holds as soon as it is on the disk, and not before.
    func order(_ bypass: StandingOrders.Bypass?) throws(Fault) { try kept.changeIfKept { $0.bypass = bypass } }

    /// A person has looked. Should this be forgotten, he is asked again.
    func reset() {
        kept.change { orders in
            orders.block = nil
            orders.complaint = nil
        }
    }

    // MARK: what waits for a person

    /// No part may pass from now on. Returns when it is on the disk, or cannot be brought there.
    func block(_ reason: String) { kept.changeNow { $0.block = reason } }

    /// Too many parts were not judged; nil when there is nothing to complain of. Waits for no disk.
    func note(complaint: String?) { kept.change { $0.complaint = complaint } }

    // MARK: the disk

    /// Tries again what the disk did not take.
    func retry() { kept.retry() }

    /// Waits until everything is on the disk; false when that takes longer than `span` nanoseconds.
    func isKept(within span: UInt64) -> Bool { kept.isKept(within: span) }

    package func close() { kept.close() }
}
