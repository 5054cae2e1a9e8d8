/// One element of an Accept-Encoding field, such as `gzip;q=0.5`.
struct CodingPreference: Hashable, Sendable {
    let name: String
    /// From 0, never, to 1; one that cannot be read is taken for never.
    let weight: Double

    init(_ element: Substring) {
        let parts = element.split(separator: ";", omittingEmptySubsequences: false).map(Self.trimmed)
        name = parts.first.map(String.init) ?? ""
        let written = parts.dropFirst().first { $0.hasPrefix("q=") }?.dropFirst(2)
        weight = written.map { Double(Self.trimmed($0)).flatMap { (0...1).contains($0) ? $0 : nil } ?? 0 } ?? 1
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let begun = text.drop { $0 == " " || $0 == "\t" }
        return begun.lastIndex { $0 != " " && $0 != "\t" }.map { begun[...$0] } ?? ""
    }
}
