internal import Core
internal import Crypto
internal import Files
internal import JSON

/// Parts whose verdict is known: a release brings them, must judge them right before it judges any other, and is asked again
/// now and then.
struct GoldenSet: Sendable {
    struct Part: Sendable {
        let name: String
        let path: String
        let digest: SHA256Digest
        let verdict: Verdict
    }

    let parts: [Part]
    private static let picturesBytesMax = 64 << 20

    /// Reads `golden.json` in `folder`.
    init(_ folder: String) throws(Fault) {
        let file = folder + "/golden.json"
        let text = try FileAccess.read(file, limit: 16 << 20)
        let document = try Datum(json: text, named: file)
        guard let images = document["images"]?.list, !images.isEmpty else {
            throw Fault(.invalid, "\(file) has no images")
        }
        var parts: [Part] = []
        for (place, image) in images.enumerated() {
            guard let name = image["file"]?.text, !name.isEmpty, !name.contains("/"), !name.hasPrefix("."),
                let digest = image["sha256"]?.text.flatMap(SHA256Digest.init(parsing:)),
                let verdict = image["verdict"]?.text.flatMap({ Verdict(name: $0.uppercased()) }), verdict != .none
            else {
                throw Fault(
                    .invalid, "\(file): images[\(place)] needs file, sha256 and verdict (pass, reject or review)")
            }
            parts.append(Part(name: name, path: "\(folder)/\(name)", digest: digest, verdict: verdict))
        }
        self.parts = parts
    }

    /// A picture, and not another one in its place.
    func picture(of part: Part) throws(Fault) -> [UInt8] {
        let bytes = try FileAccess.read(part.path, limit: Self.picturesBytesMax)
        guard SHA256.digest(of: bytes) == part.digest else {
            throw Fault(.invalid, "\(part.path) is not the golden picture: its SHA-256 differs from golden.json's")
        }
        return bytes
    }
}
