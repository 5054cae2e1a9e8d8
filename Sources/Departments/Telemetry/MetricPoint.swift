internal import Core
internal import Database
internal import JSON

/// What came in one period of a series.
struct MetricPoint: Sendable {
    static let columns = "at, count, sum, least, most, counts"
    /// So many different values are kept of a period, for percentiles; beyond that values are rounded.
    private static let valuesMax = 200

    let at: Int64
    private(set) var count = 0.0
    private(set) var sum = 0.0
    private(set) var least = Double.infinity
    private(set) var most = -Double.infinity
    /// How often each value came.
    private(set) var counts: [Double: Double] = [:]

    init(at: Int64) { self.at = at }

    init(_ row: Statement, from column: Int = 0) {
        at = row.int(column)
        count = row.double(column + 1)
        sum = row.double(column + 2)
        least = row.double(column + 3)
        most = row.double(column + 4)
        for pair in row.text(column + 5).split(separator: " ") {
            let parts = pair.split(separator: ":")
            if parts.count == 2, let value = Double(parts[0]), let times = Double(parts[1]) { counts[value] = times }
        }
    }

    mutating func add(_ value: Double, times: Double = 1) {
        count += times
        sum += value * times
        least = min(least, value)
        most = max(most, value)
        note(value, times)
    }

    private mutating func note(_ value: Double, _ times: Double) {
        let isKnown = counts[value] != nil
        counts[isKnown || counts.count < Self.valuesMax ? value : Self.rounded(value), default: 0] += times
    }

    /// What was summed up elsewhere: its values are not known, but where it has one alone.
    mutating func add(summary count: Double, sum: Double, least: Double, most: Double) {
        add(count: count, sum: sum, least: least, most: most)
        if least == most { note(least, count) } else if count == 1 { note(sum, 1) }
    }

    private mutating func add(count: Double, sum: Double, least: Double, most: Double) {
        self.count += count
        self.sum += sum
        self.least = min(self.least, least)
        self.most = max(self.most, most)
    }

    mutating func add(_ other: MetricPoint) {
        add(count: other.count, sum: other.sum, least: other.least, most: other.most)
        for (value, times) in other.counts {
            counts[counts.count < Self.valuesMax ? value : Self.rounded(value), default: 0] += times
        }
    }

    /// To two digits, which is a twentieth at most.
    private static func rounded(_ value: Double) -> Double {
        guard value != 0, value.isFinite else { return value }
        var unit = 1.0
        while abs(value) / unit >= 100 { unit *= 10 }
        while abs(value) / unit < 10 { unit /= 10 }
        return (value / unit).rounded() * unit
    }

    // MARK: telling

    /// `Average`, `Sum`, `Minimum`, `Maximum`, `SampleCount`, or a percentile such as `p99.9`; nil where it is not known.
    func value(_ statistic: String) -> Double? {
        switch statistic {
        case "SampleCount": return count
        case "Sum": return sum
        case "Average": return count > 0 ? sum / count : nil
        case "Minimum": return least
        case "Maximum": return most
        default: return Self.percentile(statistic).flatMap(percentile)
        }
    }

    /// Of `p95`, 0.95; nil for what is no percentile.
    static func percentile(_ text: String) -> Double? {
        guard text.hasPrefix("p"), let number = Double(text.dropFirst()), (0...100).contains(number) else { return nil }
        return number / 100
    }

    private func percentile(_ share: Double) -> Double? {
        let total = counts.values.reduce(0, +)
        guard total > 0, total == count else { return nil }
        var seen = 0.0
        for value in counts.keys.sorted() {
            seen += counts[value] ?? 0
            if seen >= share * total { return value }
        }
        return most
    }

    // MARK: keeping

    static func merge(
        _ point: MetricPoint, into series: Int64, at: Int64, period: Int64, _ database: Database
    ) throws(Fault) {
        let there = try database.rows(
            "SELECT \(columns) FROM points WHERE series = ? AND at = ?", [.int(series), .int(at)]
        ) { MetricPoint($0) }.first
        var merged = there ?? MetricPoint(at: at)
        merged.add(point)
        let counts = merged.counts.map { "\($0.key):\($0.value)" }.joined(separator: " ")
        try database.run(
            "INSERT OR REPLACE INTO points VALUES(?, ?, ?, ?, ?, ?, ?, ?)",
            [
                .int(series), .int(at), .int(period), .real(merged.count), .real(merged.sum), .real(merged.least),
                .real(merged.most), .text(counts),
            ])
    }
}

/// One value, or a summary of some, as it came.
struct MetricSample: Sendable {
    let namespace: String
    let name: String
    let dimensions: [Datum]
    let unit: String
    /// Seconds since 1970.
    let at: Int64
    let point: MetricPoint
}
