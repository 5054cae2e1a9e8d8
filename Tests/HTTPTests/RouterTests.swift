import HTTP
import Testing

@Suite struct RouterTests {
    private static let router = Router([
        Route(.get, "/v2", "") { _ in }, Route(.post, "/v2/models/{m}/infer", "") { _ in },
        Route(.get, "/", "") { _ in },
        Route(.get, "/v2/models/stats", "") { _ in },
        Route(.get, "/v2/models/{m}", "") { _ in }, Route(.post, "/infer", "") { _ in },
        Route(.get, "/old/door/", "") { _ in },
    ])

    private func find(_ method: Method, _ path: String) -> String {
        var path = path
        return path.withUTF8 { bytes in
            switch Self.router.match(method, UnsafeRawBufferPointer(bytes)) {
            case .route(let route, let parameters): "\(route.pattern) \(parameters.joined(separator: ","))"
            case .otherMethods(let methods): "only " + methods.map(\.rawValue).joined(separator: ",")
            case .nothing: "nothing"
            }
        }
    }

    @Test(arguments: [
        (Method.get, "/v2", "/v2 "), (.head, "/v2", "/v2 "), (.get, "/v2/models/iris", "/v2/models/{m} iris"),
        (.get, "/v2/models/stats", "/v2/models/stats "), (.post, "/v2/models/a%2Db/infer", "/v2/models/{m}/infer a-b"),
        (.get, "/infer", "only POST"), (.post, "/infer/", "nothing"), (.post, "/inferx", "nothing"),
        (.get, "", "nothing"), (.get, "/", "/ "),
        (.get, "//v2", "nothing"), (.post, "/v2/models//infer", "nothing"), (.get, "/v2/models/%", "/v2/models/{m} %"),
        (.get, "/v2/models/%4", "/v2/models/{m} %4"), (.delete, "/v2", "only GET"), (.get, "/old/door/", "/old/door/ "),
        (.get, "/old/door", "nothing"),
        (.get, "/old/door//", "nothing"),
    ])
    func matches(_ method: Method, _ path: String, _ expected: String) { #expect(find(method, path) == expected) }
}
