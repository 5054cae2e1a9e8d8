internal import Core
internal import Database

/// Something that is on its way, as it lies in the table.
struct Parcel: Sendable {
    static let columns = "n, target, arn, taken, attempts, hops, payload, epitaph"
    let number: Int64
    /// The key of the target's record; empty for what no rule sends.
    let target: String
    let arn: String
    let taken: Int64
    let attempts: Int64
    let hops: Int64
    let payload: [UInt8]
    /// Why it is given up: only to be buried.
    let epitaph: String?

    init(_ row: Statement) {
        number = row.int(0)
        target = row.text(1)
        arn = row.text(2)
        taken = row.int(3)
        attempts = row.int(4)
        hops = row.int(5)
        payload = row.blob(6)
        epitaph = row.isNull(7) ? nil : row.text(7)
    }
}
