internal import Core
internal import Crypto
internal import Depot

/// A release made from its number, so that every process of a drill knows it without being told.
struct ProofRelease: Hashable {
    /// What its number says of it.
    enum Nature: Int {
        case sound
        /// Its health is bad as soon as it is asked.
        case sick
        /// It never says that it is healthy.
        case slow
        /// It takes the whole node down.
        case deadly
        /// Its bytes are not what its manifest says.
        case forged
        /// Nobody the node trusts has signed it.
        case unsigned
        /// It is larger than the depot.
        case huge
    }

    private static let heading = "release "
    /// From this number on they are as large as to take a while to write.
    static let heavy = 5
    static let all =
        Nature.allCases.flatMap { nature in (1..<heavy).map { ProofRelease(nature, $0) } }
        + [.sound, .sick, .forged, .unsigned].flatMap { nature in (heavy..<9).map { ProofRelease(nature, $0) } }
    static let byDigest = Dictionary(uniqueKeysWithValues: all.map { ($0.digest, $0) })

    /// What arrives when a blob is fetched.
    static let deliveries = Dictionary(all.flatMap(\.deliveries)) { first, _ in first }

    let nature: Nature
    let number: Int
    /// A model, a small file of its own, and one that all releases share.
    let blobs: [[UInt8]]
    let digests: [SHA256Digest]
    let document: [UInt8]
    let digest: SHA256Digest

    init(_ nature: Nature, _ number: Int) {
        self.nature = nature
        self.number = number
        let own = UInt64(nature.rawValue * 1_000 + number)
        var chance = Chance(own)
        let block = (0..<1_700).map { _ in UInt8.random(in: 0...255, using: &chance) }
        let model = number < Self.heavy ? block : Array(repeatElement(block, count: 200).joined())
        blobs = [model, Array("thresholds \(own)".utf8), [UInt8](repeating: 5, count: 700)]
        // A huge one only says so: nobody gets to fetch it.
        let announced = [nature == .huge ? 1 << 40 : model.count] + blobs.dropFirst().map(\.count)
        digests = blobs.map { SHA256.digest(of: $0) }
        let lines = zip(digests, announced).map { "\($0) \($1)\n" }
        document = Array((Self.heading + "\(own)\n" + lines.joined()).utf8)
        digest = SHA256.digest(of: document)
    }

    private var deliveries: [(SHA256Digest, [UInt8])] {
        var delivered = blobs
        if nature == .forged { delivered[0][700] ^= 1 }
        return Array(zip(digests, delivered))
    }

    /// Reads what such a release's manifest refers to.
    static func references(_ document: [UInt8]) throws(Fault) -> [BlobReference] {
        let lines = String(decoding: document, as: UTF8.self).split(separator: "\n")
        guard lines.first?.hasPrefix(heading) == true else { throw Fault(.invalid, "not a release's manifest") }
        var references: [BlobReference] = []
        for line in lines.dropFirst() {
            let words = line.split(separator: " ")
            guard words.count == 2, let digest = SHA256Digest(parsing: String(words[0])), let length = Int(words[1])
            else {
                throw Fault(.invalid, "not a line of a release's manifest: \(line)")
            }
            references.append(BlobReference(digest, length: length))
        }
        return references
    }
}

extension ProofRelease.Nature: CaseIterable {}
