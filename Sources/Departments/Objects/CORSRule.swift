internal import Core

/// One rule on which pages of other places may ask a bucket for what.
struct CORSRule: Hashable, Sendable {
    var id: String?
    var headers: [String] = []
    var methods: [String] = []
    var origins: [String] = []
    var exposed: [String] = []
    var secondsMax: Int?

    static let anyone = "*"

    /// The pattern that an origin fits.
    private func pattern(for origin: String) -> String? { origins.first { Self.fits(origin, $0) } }

    func allows(_ method: String, from origin: String) -> Bool {
        methods.contains(method) && pattern(for: origin) != nil
    }

    /// Names of fields have no case.
    func allows(headers asked: [String]) -> Bool {
        asked.allSatisfy { name in headers.contains { Self.fits(name.lowercased(), $0.lowercased()) } }
    }

    /// One star stands for anything.
    private static func fits(_ text: String, _ pattern: String) -> Bool {
        guard let star = pattern.firstIndex(of: "*") else { return text == pattern }
        let (head, tail) = (pattern[..<star], pattern[pattern.index(after: star)...])
        return text.utf8.count >= head.utf8.count + tail.utf8.count && text.hasPrefix(head) && text.hasSuffix(tail)
    }

    /// What a browser is told. `asked`: the fields that it wants to send.
    func fields(for origin: String, asked: [String] = []) -> [(String, String)] {
        let isForAnyone = pattern(for: origin) == Self.anyone
        var fields = [
            ("Access-Control-Allow-Origin", isForAnyone ? Self.anyone : origin),
            ("Access-Control-Allow-Methods", methods.joined(separator: ", ")),
        ]
        if !asked.isEmpty { fields.append(("Access-Control-Allow-Headers", asked.joined(separator: ", "))) }
        if !exposed.isEmpty { fields.append(("Access-Control-Expose-Headers", exposed.joined(separator: ", "))) }
        if let secondsMax { fields.append(("Access-Control-Max-Age", "\(secondsMax)")) }
        if !isForAnyone { fields.append(("Access-Control-Allow-Credentials", "true")) }
        fields.append(("Vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"))
        return fields
    }

    /// What the answer to a request tells the page that made it; nothing when it is no page's, or not allowed.
    static func fields(for request: ObjectRequest, by rules: [CORSRule]) -> [(String, String)] {
        guard let origin = request.field("origin") else { return [] }
        return rules.first { $0.allows(request.method, from: origin) }?.fields(for: origin) ?? []
    }
}

/// As it lies in the bucket's record.
extension CORSRule {
    static func all(of bucket: Datum?) -> [CORSRule] { bucket?[BucketCORS.mark]?.list?.map(CORSRule.init) ?? [] }

    init(_ datum: Datum) {
        func words(_ name: String) -> [String] { datum[name]?.list?.compactMap(\.text) ?? [] }
        self.init(
            id: datum["id"]?.text, headers: words("headers"), methods: words("methods"), origins: words("origins"),
            exposed: words("exposed"), secondsMax: datum["secondsMax"]?.whole)
    }

    var datum: Datum {
        [
            "id": id.map(Datum.text) ?? .null, "headers": .list(headers.map(Datum.text)),
            "methods": .list(methods.map(Datum.text)), "origins": .list(origins.map(Datum.text)),
            "exposed": .list(exposed.map(Datum.text)), "secondsMax": secondsMax.map(Datum.whole) ?? .null,
        ]
    }
}
