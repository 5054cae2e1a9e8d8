internal import Core
internal import Crypto
internal import JSON

/// Where the bytes of a deployment's files are to be had. Kept beside the journal, so that a fetch goes on after a power cut.
struct Origins: Hashable, Sendable {
    enum Origin: Hashable, Sendable {
        case file(String)
        case web(String)
        /// A target of the signed repository.
        case target(String)
    }

    private(set) var places: [SHA256Digest: Origin] = [:]

    init() {}

    subscript(_ digest: SHA256Digest) -> Origin? {
        get { places[digest] }
        set { places[digest] = newValue }
    }

    mutating func add(_ other: Origins) { places.merge(other.places) { $1 } }

    init(_ datum: Datum) {
        for (key, value) in datum.map?.members ?? [] {
            guard let digest = SHA256Digest(parsing: key), let text = value.text, let bar = text.firstIndex(of: " ")
            else {
                continue
            }
            let place = String(text[text.index(after: bar)...])
            switch text[..<bar] {
            case "file": places[digest] = .file(place)
            case "web": places[digest] = .web(place)
            case "target": places[digest] = .target(place)
            default: break
            }
        }
    }

    var datum: Datum {
        .map(
            DatumMap(
                places.map { digest, origin in
                    switch origin {
                    case .file(let path): ("\(digest)", .text("file \(path)"))
                    case .web(let address): ("\(digest)", .text("web \(address)"))
                    case .target(let name): ("\(digest)", .text("target \(name)"))
                    }
                }))
    }
}
