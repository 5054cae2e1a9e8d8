/// The topics that a rule listens to: `+` stands for any one word between slashes, a `#` at the end for whatever
/// follows.
package struct TopicFilter: Hashable, Sendable {
    package static let bytesMax = 256
    private static let one: Substring = "+"
    private static let rest: Substring = "#"

    package let text: String
    private let words: [Substring]

    package init(parsing text: String) throws(SQLRefusal) {
        if let complaint = Self.complaint(text) { throw SQLRefusal(complaint) }
        self.text = text
        words = Self.words(of: text)
    }

    private static func complaint(_ text: String) -> String? {
        guard (1...bytesMax).contains(text.utf8.count), !text.utf8.contains(0) else {
            return "a topic filter has 1 to \(bytesMax) bytes, and no NUL"
        }
        let words = words(of: text)
        for (place, word) in words.enumerated() where word.contains("+") || word.contains("#") {
            guard word == one || word == rest else {
                return "+ and # stand alone between the slashes of a topic filter"
            }
            guard word == one || place == words.count - 1 else { return "# is the last of a topic filter" }
        }
        // > Your devices and rules cannot subscribe to Basic Ingest reserved topics.
        // <https://docs.aws.amazon.com/iot/latest/developerguide/iot-basic-ingest.html>
        if text.hasPrefix("$aws/rules/") {
            return "no rule listens to $aws/rules/...: that speaks to a rule by its name"
        }
        if text.hasPrefix("$"), !text.hasPrefix("$aws/") {
            return "of the topics with a $ only those of $aws/ can be heard"
        }
        return nil
    }

    package func matches(_ topic: String) -> Bool { matches(Self.words(of: topic)) }

    /// A topic taken apart, for whoever asks many filters about it.
    package static func words(of topic: String) -> [Substring] {
        topic.split(separator: "/", omittingEmptySubsequences: false)
    }

    package func matches(_ others: [Substring]) -> Bool {
        // > A subscription to "#" will not receive any messages published to a topic beginning with a $
        // <https://docs.oasis-open.org/mqtt/mqtt/v5.0/os/mqtt-v5.0-os.html> 4.7.2
        if others.first?.hasPrefix("$") ?? false, words[0] == Self.one || words[0] == Self.rest { return false }
        for (place, word) in words.enumerated() {
            // `a/#` hears of `a` too.
            if word == Self.rest { return true }
            guard place < others.count, word == Self.one || word == others[place] else { return false }
        }
        return others.count == words.count
    }
}

extension TopicFilter {
    /// Why nothing can be published there; nil when something can.
    package static func complaint(topic: String) -> String? {
        guard (1...bytesMax).contains(topic.utf8.count) else { return "a topic has 1 to \(bytesMax) bytes" }
        guard !topic.utf8.contains(where: { [0, UInt8(ascii: "+"), UInt8(ascii: "#")].contains($0) }) else {
            return "a topic has no +, no # and no NUL"
        }
        return nil
    }
}
