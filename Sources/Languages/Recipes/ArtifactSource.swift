package import Core

/// Where an artifact comes from.
package enum ArtifactSource: Hashable, Sendable {
    case s3(bucket: String, key: String)
    case https(String)
    case file(String)
    /// Held by the service that gave out the recipe.
    case greengrass(String)
    /// Written into the recipe itself: an extension, which AWS refuses.
    case inline([UInt8], name: String?)

    package init(parsing uri: String) throws(Fault) {
        guard let colon = uri.firstIndex(of: ":") else {
            throw Fault(.invalid, "\"\(Self.shown(uri))\" is no URI", hint: Self.schemes)
        }
        let rest = uri[uri.index(after: colon)...]
        switch uri[..<colon].lowercased() {
        case "s3": self = try Self.s3(rest, uri)
        case "https": self = try Self.web(rest, uri)
        case "file": self = try Self.file(rest, uri)
        case "greengrass": self = .greengrass(uri)
        case "data": self = try DataURI(rest).source
        case "docker":
            throw Fault(.invalid, "\"\(uri)\" is a container image, which is not supported", hint: Self.schemes)
        case "http":
            throw Fault(.invalid, "\"\(uri)\" could be changed on its way", hint: "use https://")
        default: throw Fault(.invalid, "\"\(Self.shown(uri))\" has a scheme that is not supported", hint: Self.schemes)
        }
    }

    private static let schemes = "an artifact comes from s3://, https://, file://, greengrass: or data:"

    /// The URI's last word, which is its name on the node.
    package var fileName: String? {
        let path: String
        switch self {
        case .s3(_, let key): path = key
        case .https(let uri): path = String(uri.prefix { $0 != "?" && $0 != "#" })
        case .greengrass(let uri): path = String(uri.drop { $0 != ":" }.dropFirst())
        case .file(let name): path = name
        case .inline(_, let name): return name
        }
        let name = path.split(separator: "/").last.map(String.init)
        return name == "." || name == ".." ? nil : name
    }

    /// The address, shortened where a whole file stands in it.
    package var description: String {
        switch self {
        case .s3(let bucket, let key): "s3://\(bucket)/\(key)"
        case .https(let uri), .greengrass(let uri): uri
        case .file(let path): "file://\(path)"
        case .inline(let bytes, _): "data: of \(bytes.count) bytes"
        }
    }

    private static func s3(_ rest: Substring, _ uri: String) throws(Fault) -> ArtifactSource {
        let parts = rest.dropFirst(2).split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard rest.hasPrefix("//"), parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, !parts[1].hasSuffix("/")
        else {
            throw Fault(.invalid, "\"\(uri)\" names no object", hint: "write s3://BUCKET/KEY")
        }
        return .s3(bucket: String(parts[0]), key: String(parts[1]))
    }

    private static func web(_ rest: Substring, _ uri: String) throws(Fault) -> ArtifactSource {
        let parts = rest.dropFirst(2).split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard rest.hasPrefix("//"), parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
            throw Fault(.invalid, "\"\(uri)\" names no file", hint: "write https://HOST/PATH")
        }
        return .https(uri)
    }

    private static func file(_ rest: Substring, _ uri: String) throws(Fault) -> ArtifactSource {
        guard rest.hasPrefix("///"), !rest.hasSuffix("/") else {
            throw Fault(.invalid, "\"\(uri)\" names no file", hint: "write file:///ABSOLUTE/PATH")
        }
        return .file(String(rest.dropFirst(2)))
    }

    private static func shown(_ uri: String) -> String { uri.count > 80 ? uri.prefix(77) + "..." : uri }
}
