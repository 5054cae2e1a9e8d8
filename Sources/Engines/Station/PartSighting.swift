internal import Core
internal import Mailbox

/// A part that passed the camera: one that is to be judged, or one that was answered by somebody else, or an unknown number
/// of which nobody was told. Each of them may have a frame.
package struct PartSighting: Hashable, Sendable {
    /// Nil for parts that nobody told of.
    let key: PartKey?
    /// Somebody will ask for its frame.
    let isAsked: Bool
    /// The earliest moment at which it can have come; of unknown parts, the last.
    let since: Instant

    private init(key: PartKey?, isAsked: Bool, since: Instant) {
        self.key = key
        self.isAsked = isAsked
        self.since = since
    }

    static func asked(_ key: PartKey) -> PartSighting { PartSighting(key: key, isAsked: true, since: key.triggered) }
    static func answered(_ key: PartKey) -> PartSighting {
        PartSighting(key: key, isAsked: false, since: key.triggered)
    }
    static func unknown(_ moment: Instant) -> PartSighting { PartSighting(key: nil, isAsked: false, since: moment) }

    /// A part that another station was asked about, before us.
    init(ofBefore post: Mailbox.Post<TriggerLetter>) {
        switch post {
        case .letter(let letter):
            self = letter.kind == .unknown ? .unknown(letter.key.triggered) : .answered(letter.key)
        case .torn, .nothing: self = .unknown(.now)
        }
    }

    init(_ letter: TriggerLetter) {
        switch letter.kind {
        case .asked: self = .asked(letter.key)
        case .answered: self = .answered(letter.key)
        case .unknown: self = .unknown(letter.key.triggered)
        }
    }
}
