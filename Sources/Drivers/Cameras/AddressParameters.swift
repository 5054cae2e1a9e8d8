internal import Core

/// What stands behind the `?` of a camera's address: names and values, each asked for once by whoever knows it.
struct AddressParameters {
    private let scheme: String
    private var values: [(name: String, value: String)] = []
    private var known: [String] = []

    init(_ text: Substring, scheme: String) throws(Fault) {
        self.scheme = scheme
        for pair in text.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            guard parts.count == 2, !name.isEmpty else {
                throw Fault(.invalid, "\(scheme) address: \"\(pair)\" is not name=value")
            }
            guard !values.contains(where: { $0.name == name }) else {
                throw Fault(.invalid, "\(scheme) address: parameter \(name) is given twice")
            }
            values.append((name, try Self.decoded(parts[1], of: name, scheme)))
        }
    }

    mutating func text(_ name: String) -> String? {
        known.append(name)
        guard let place = values.firstIndex(where: { $0.name == name }) else { return nil }
        return values.remove(at: place).value
    }

    mutating func number(_ name: String, in range: ClosedRange<Double>, _ unit: String) throws(Fault) -> Double? {
        guard let text = text(name) else { return nil }
        guard let value = Double(text), range.contains(value) else {
            throw wrong(
                name, text,
                "a number of \(unit) from \(Self.plain(range.lowerBound)) to \(Self.plain(range.upperBound))")
        }
        return value
    }

    mutating func whole(_ name: String, in range: ClosedRange<UInt32>, _ unit: String) throws(Fault) -> UInt32? {
        guard let text = text(name) else { return nil }
        guard let value = UInt32(text), range.contains(value) else {
            throw wrong(name, text, "a whole number of \(unit) from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    mutating func choice(_ name: String, of choices: [String]) throws(Fault) -> String? {
        guard let text = text(name) else { return nil }
        guard choices.contains(text) else { throw wrong(name, text, choices.joined(separator: " or ")) }
        return text
    }

    /// What nobody asked for belongs to the camera itself.
    var leftOver: String { values.map { "\($0.name)=\($0.value)" }.joined(separator: "&") }

    func refuseLeftOver() throws(Fault) {
        guard let stranger = values.first else { return }
        throw Fault(
            .invalid, "\(scheme) address: there is no parameter \(stranger.name)",
            hint: "there are \(known.sorted().joined(separator: ", "))")
    }

    func wrong(_ name: String, _ value: String, _ wanted: String) -> Fault {
        Fault(.invalid, "\(scheme) address: \(name)=\(value) is not \(wanted)")
    }

    private static func plain(_ value: Double) -> String { value == value.rounded() ? "\(Int(value))" : "\(value)" }

    /// `%41` is `A`; everything else stands for itself.
    private static func decoded(_ text: Substring, of name: String, _ scheme: String) throws(Fault) -> String {
        guard let value = PercentText.strictlyDecoded(text) else {
            throw Fault(.invalid, "\(scheme) address: \(name)=\(text) has a % without two hexadecimal digits")
        }
        return value
    }
}
