/// Something that happened to the station: what a part's entry must be read beside.
package struct EventRecord: Hashable, Sendable {
    /// Open: stations may have more to tell.
    package struct Name: RawRepresentable, Hashable, Sendable {
        package let rawValue: String
        package init(rawValue: String) { self.rawValue = rawValue }

        package static let start = Name(rawValue: "start")
        package static let stop = Name(rawValue: "stop")
        package static let fault = Name(rawValue: "fault")
        package static let release = Name(rawValue: "release")
        /// A release under watch did well, was taken back, or waits for a person.
        package static let proved = Name(rawValue: "release_proved")
        package static let rollback = Name(rawValue: "rollback")
        package static let held = Name(rawValue: "release_held")
        /// Runtime, processor and threads; parts name the event's number.
        package static let environment = Name(rawValue: "environment")
        /// Entries that could not be written: the event stands for all of them.
        package static let gap = Name(rawValue: "gap")
    }

    package enum Value: Hashable, Sendable {
        case text(String)
        case number(Int)
    }

    package struct Fact: Hashable, Sendable {
        package let name: String
        package let value: Value
        package init(_ name: String, _ text: String) { (self.name, value) = (name, .text(text)) }
        package init(_ name: String, _ number: Int) { (self.name, value) = (name, .number(number)) }
    }

    package var name: Name
    package var station: String?
    /// A sentence for people.
    package var text: String
    package var facts: [Fact]

    package init(_ name: Name, station: String? = nil, _ text: String, facts: [Fact] = []) {
        self.name = name
        self.station = station
        self.text = text
        self.facts = facts
    }

    /// Takes the number of the last of the lost entries, so that numbers go on without a hole that nobody explains.
    static func gap(_ lost: ClosedRange<UInt64>) -> EventRecord {
        EventRecord(
            .gap, "\(lost.count) entries could not be written and were dropped",
            facts: [
                Fact("first", Int(lost.lowerBound)), Fact("last", Int(lost.upperBound)), Fact("lost", lost.count),
            ])
    }

    package subscript(_ fact: String) -> Value? { facts.first { $0.name == fact }?.value }
}
