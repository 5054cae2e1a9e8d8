/// The units that values may come in. They are never converted: what came in one is told in it alone.
enum MetricUnit {
    static let none = "None"
    static let names =
        ["Seconds", "Microseconds", "Milliseconds", "Percent", "Count", "Count/Second", none]
        + ["Bytes", "Bits"].flatMap { size in
            let sizes = [size] + ["Kilo", "Mega", "Giga", "Tera"].map { $0 + size.lowercased() }
            return sizes + sizes.map { $0 + "/Second" }
        }
}
