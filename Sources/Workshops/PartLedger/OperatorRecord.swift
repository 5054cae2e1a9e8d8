package import Core

/// What a person did at the station.
package struct OperatorRecord: Hashable, Sendable {
    package enum Action: String, Hashable, Sendable, CaseIterable {
        case confirm, override
        case bypassOn = "bypass on"
        case bypassOff = "bypass off"
        case reset
    }

    package var action: Action
    package var station: String
    /// Who it was, as the station knows people.
    package var person: String
    /// The number of the part's entry that was confirmed or overridden, and that part.
    package var entry: UInt64?
    package var part: UInt32?
    /// The person's verdict.
    package var verdict: Verdict?
    package var comment = ""

    package init(_ action: Action, station: String, person: String) {
        self.action = action
        self.station = station
        self.person = person
    }
}
