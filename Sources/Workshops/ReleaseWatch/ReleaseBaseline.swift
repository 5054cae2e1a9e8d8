package import Core

/// How a release did when it was last seen at work: what its successor is measured against.
package struct ReleaseBaseline: Hashable, Sendable {
    /// Parts that it was asked about, and what became of them.
    package var parts: Int
    package var rejects: Int
    package var failures: Int
    /// Nanoseconds of the inference path.
    package var p95: UInt64
    package var p99: UInt64

    package init(parts: Int, rejects: Int, failures: Int, p95: UInt64, p99: UInt64) {
        self.parts = parts
        self.rejects = rejects
        self.failures = failures
        self.p95 = p95
        self.p99 = p99
    }

    /// Parts that got a verdict of the model.
    package var judged: Int { parts - failures }
    package var rejectShare: Double { judged > 0 ? Double(rejects) / Double(judged) : 0 }
    package var failureShare: Double { parts > 0 ? Double(failures) / Double(parts) : 0 }

    private static let keys = ["parts", "rejects", "failures", "p95_us", "p99_us"]

    /// As it is kept beside the release.
    package init(_ datum: Datum, at path: String = "baseline") throws(Fault) {
        let reader = try DatumReader(datum, at: path, keys: Self.keys)
        func count(_ key: String) throws(Fault) -> Int {
            guard let value = try reader.whole(key, in: 0...(1 << 40)) else {
                throw Fault(.invalid, "\(reader.name(key)) is missing")
            }
            return value
        }
        let parts = try count("parts")
        let rejects = try count("rejects")
        let failures = try count("failures")
        guard rejects <= parts, failures <= parts - rejects else {
            throw Fault(.invalid, "\(path) counts more rejects and failures than parts")
        }
        self.init(
            parts: parts, rejects: rejects, failures: failures, p95: UInt64(try count("p95_us")) * 1000,
            p99: UInt64(try count("p99_us")) * 1000)
    }

    package var datum: Datum {
        [
            "parts": .whole(parts), "rejects": .whole(rejects), "failures": .whole(failures),
            "p95_us": .whole(Int(p95 / 1000)), "p99_us": .whole(Int(p99 / 1000)),
        ]
    }
}
