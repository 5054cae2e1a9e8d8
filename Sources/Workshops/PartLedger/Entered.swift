/// A record together with the row that it was read from.
package struct Entered<Record: Hashable & Sendable>: Hashable, Sendable {
    package let row: LedgerRow
    package let record: Record
}
