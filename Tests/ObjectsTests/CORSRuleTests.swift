import Core
import Testing

@testable import Objects

/// Which pages may ask for what.
@Suite struct CORSRuleTests {
    @Test(arguments: [
        ("https://a.example", "https://a.example", true), ("https://a.example", "https://b.example", false),
        ("https://a.example", "http://a.example", false), ("https://a.example", "https://a.example:8443", false),
        ("*", "null", true), ("https://*.example", "https://a.b.example", true),
        ("https://*.example", "https://.example", true), ("https://*.example", "https://example", false),
        ("ab*ba", "aba", false), ("ab*ba", "abba", true), ("https://A.example", "https://a.example", false),
    ])
    func originsFit(_ pattern: String, _ origin: String, _ fits: Bool) {
        let rule = CORSRule(methods: ["GET"], origins: ["https://elsewhere.example", pattern])
        #expect(rule.allows("GET", from: origin) == fits)
        #expect(!rule.allows("PUT", from: origin))
    }

    @Test(arguments: [
        ([], [], true), ([], ["x-a"], false), (["*"], ["x-a", "content-type"], true),
        (["X-Amz-*"], ["x-amz-date"], true), (["X-Amz-*"], ["x-amz-date", "content-type"], false),
        (["Content-Type"], ["content-type"], true),
    ])
    func headersFit(_ allowed: [String], _ asked: [String], _ fits: Bool) {
        #expect(CORSRule(headers: allowed).allows(headers: asked) == fits)
    }

    @Test func whoeverMayAskIsNamed() {
        let rule = CORSRule(
            methods: ["GET", "PUT"], origins: ["https://a.example", "*"], exposed: ["ETag"], secondsMax: 5)
        let named = Dictionary(uniqueKeysWithValues: rule.fields(for: "https://a.example", asked: ["x-a"]))
        #expect(named["Access-Control-Allow-Origin"] == "https://a.example")
        #expect(named["Access-Control-Allow-Credentials"] == "true")
        #expect(named["Access-Control-Allow-Methods"] == "GET, PUT" && named["Access-Control-Allow-Headers"] == "x-a")
        #expect(named["Access-Control-Expose-Headers"] == "ETag" && named["Access-Control-Max-Age"] == "5")
        let anyone = Dictionary(uniqueKeysWithValues: rule.fields(for: "https://b.example"))
        #expect(anyone["Access-Control-Allow-Origin"] == "*" && anyone["Access-Control-Allow-Credentials"] == nil)
    }

    @Test(arguments: [
        ("<AllowedMethod>GET</AllowedMethod>", "MalformedXML"), ("<AllowedOrigin>*</AllowedOrigin>", "MalformedXML"),
        ("<AllowedMethod>PATCH</AllowedMethod><AllowedOrigin>*</AllowedOrigin>", "InvalidRequest"),
        ("<AllowedMethod>get</AllowedMethod><AllowedOrigin>*</AllowedOrigin>", "InvalidRequest"),
        ("<AllowedMethod>GET</AllowedMethod><AllowedOrigin>*.*</AllowedOrigin>", "InvalidRequest"),
        (
            "<AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin><AllowedHeader>**</AllowedHeader>",
            "InvalidRequest"
        ),
        (
            "<AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin><ExposeHeader>x-*</ExposeHeader>",
            "InvalidRequest"
        ),
        (
            "<AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin><MaxAgeSeconds>soon</MaxAgeSeconds>",
            "MalformedXML"
        ),
        ("<AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin><Colour/>", "MalformedXML"),
    ])
    func isRefused(_ rule: String, _ code: String) {
        let text = "<CORSConfiguration><CORSRule>\(rule)</CORSRule></CORSConfiguration>"
        #expect { try BucketCORS.read(Array(text.utf8)) } throws: { ($0 as? ServiceProblem)?.code == code }
    }
}
