/// A number of bytes as people write it: `512`, `80MiB`, `2GB`.
package struct ByteSize: Hashable, Sendable, CustomStringConvertible {
    package let bytes: Int

    package init(_ bytes: Int) { self.bytes = bytes }

    // swift-format-ignore
    private static let units: [(suffix: String, bytes: Int)] = [
        ("kib", 1 << 10), ("mib", 1 << 20), ("gib", 1 << 30), ("kb", 1_000), ("mb", 1_000_000), ("gb", 1_000_000_000),
        ("k", 1 << 10), ("m", 1 << 20), ("g", 1 << 30), ("b", 1), ("", 1),
    ]

    package init(parsing text: String) throws(Fault) {
        let lower = text.lowercased()
        for unit in Self.units where lower.hasSuffix(unit.suffix) {
            guard let value = Double(lower.dropLast(unit.suffix.count)), value > 0, value * Double(unit.bytes) < 1e15
            else { break }
            bytes = Int(value * Double(unit.bytes))
            return
        }
        throw Fault(.invalid, "size \"\(text)\" is not understood", hint: "write it as 512, 80MiB or 2GB")
    }

    package var description: String {
        if bytes < 1 << 10 { return "\(bytes) B" }
        let scale = bytes >= 1 << 30 ? ("GiB", 1 << 30) : bytes >= 1 << 20 ? ("MiB", 1 << 20) : ("KiB", 1 << 10)
        let tenths = (Double(bytes) / Double(scale.1) * 10).rounded() / 10
        return "\(tenths) \(scale.0)"
    }
}
