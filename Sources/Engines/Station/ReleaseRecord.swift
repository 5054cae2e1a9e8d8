internal import Core
internal import Crypto
internal import ReleaseWatch

/// What a station must not forget about its releases: the last good one, and those that were taken back.
struct ReleaseRecord: Hashable, Sendable {
    struct Good: Hashable, Sendable {
        let digest: String
        let path: String
        let baseline: ReleaseBaseline?
    }

    var lastGood: Good?
    var holds = ReleaseHolds()

    init() {}

    init(_ datum: Datum) throws(Fault) {
        let reader = try DatumReader(datum, at: "releases", keys: ["last_good", "holds"])
        holds = try ReleaseHolds(reader.value("holds"), at: reader.name("holds"))
        guard let good = reader.value("last_good") else { return }
        let inner = try DatumReader(good, at: reader.name("last_good"), keys: ["digest", "path", "baseline"])
        guard let digest = try inner.text("digest"), SHA256Digest(parsing: digest) != nil,
            let path = try inner.text("path")
        else { throw Fault(.invalid, "\(reader.name("last_good")) needs digest and path") }
        let baseline: ReleaseBaseline? =
            if let figures = inner.value("baseline") {
                try ReleaseBaseline(figures, at: inner.name("baseline"))
            } else { nil }
        lastGood = Good(digest: digest, path: path, baseline: baseline)
    }

    var datum: Datum {
        var map: DatumMap = ["holds": holds.datum]
        if let lastGood {
            var good: DatumMap = ["digest": .text(lastGood.digest), "path": .text(lastGood.path)]
            good["baseline"] = lastGood.baseline?.datum
            map["last_good"] = .map(good)
        }
        return .map(map)
    }
}
