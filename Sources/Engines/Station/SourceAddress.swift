internal import Core

/// `scheme://place?key=value&...`, taken apart; every key must be known.
struct SourceAddress {
    let text: String
    let place: String
    private var settings: [String: String] = [:]

    init(_ text: String, scheme: String, keys: [String]) throws(Fault) {
        self.text = text
        let rest = text.dropFirst(scheme.count + 3)
        let halves = rest.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        place = String(halves[0])
        guard halves.count == 2 else { return }
        for setting in halves[1].split(separator: "&") {
            let pair = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard keys.contains(pair[0]), pair.count == 2 else {
                throw Fault(
                    .invalid, "camera '\(text)': '\(pair[0])' is not a setting of \(scheme)://",
                    hint: "it has \(keys.joined(separator: ", "))")
            }
            settings[pair[0]] = pair[1]
        }
    }

    func text(_ key: String) -> String? { settings[key] }

    func int(_ key: String, in range: ClosedRange<Int>) throws(Fault) -> Int? {
        guard let text = settings[key] else { return nil }
        guard let value = Int(text), range.contains(value) else {
            throw Fault(
                .invalid,
                "camera '\(self.text)': \(key) must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    func number(_ key: String, in range: ClosedRange<Double>) throws(Fault) -> Double? {
        guard let text = settings[key] else { return nil }
        guard let value = Double(text), range.contains(value) else {
            throw Fault(
                .invalid,
                "camera '\(self.text)': \(key) must be a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }
}
