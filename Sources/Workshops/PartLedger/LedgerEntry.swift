internal import Core
internal import JSON

/// One thing that is written down, before it has its number. Indirect, so that a queue of them stays small.
package indirect enum LedgerEntry: Hashable, Sendable {
    case part(PartRecord)
    case acknowledgement(AcknowledgementRecord)
    case `operator`(OperatorRecord)
    case event(EventRecord)

    package var kind: EntryKind {
        switch self {
        case .part: .part
        case .acknowledgement: .acknowledgement
        case .operator: .operator
        case .event: .event
        }
    }

    /// The part it is about, by which it is found again.
    package var part: UInt32? {
        switch self {
        case .part(let record): record.part
        case .acknowledgement(let record): record.part
        case .operator(let record): record.part
        case .event: nil
        }
    }
}
