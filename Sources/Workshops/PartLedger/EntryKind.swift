/// What an entry of the ledger is. The raw value is hashed as one byte, so it never changes.
package enum EntryKind: UInt8, Hashable, Sendable, CaseIterable {
    case part = 1
    case acknowledgement = 2
    case `operator` = 3
    case event = 4

    /// As it stands in an entry's body.
    package var name: String {
        switch self {
        case .part: "part"
        case .acknowledgement: "acknowledgement"
        case .operator: "operator"
        case .event: "event"
        }
    }
}
