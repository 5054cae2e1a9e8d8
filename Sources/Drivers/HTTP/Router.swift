internal import Core

/// Finds the route of a path by comparing bytes; makes text only of the parameters.
package struct Router: Sendable {
    private struct Entry: Sendable {
        let route: Route
        /// nil stands for a parameter.
        let segments: [[UInt8]?]
    }

    package enum Match {
        case route(Route, parameters: [String])
        case otherMethods([Method])
        case nothing
    }

    package let routes: [Route]
    private let entries: [Entry]
    /// Takes what no route of a path takes, whatever its method.
    private let otherwise: Otherwise?
    package typealias Otherwise = @Sendable (RequestHead) -> Route

    package init(_ routes: [Route], otherwise: Otherwise? = nil) {
        self.routes = routes
        self.otherwise = otherwise
        entries = routes.map { Entry(route: $0, segments: Self.segments($0.pattern)) }
    }

    /// A pattern that ends with a slash means the path that ends with one.
    private static func segments(_ pattern: String) -> [[UInt8]?] {
        let named = pattern.split(separator: "/").map { $0.hasPrefix("{") ? nil : Array($0.utf8) }
        return pattern.count > 1 && pattern.hasSuffix("/") ? named + [[]] : named
    }

    /// The route of a request.
    func match(_ request: RequestHead) -> Match {
        let match = unsafe match(request.method, request.path)
        guard let otherwise else { return match }
        if case .route = match { return match }
        return .route(otherwise(request), parameters: [])
    }

    package func match(_ method: Method, _ path: UnsafeRawBufferPointer) -> Match {
        let wanted = method == .head ? .get : method
        var allowed: [Method] = []
        for entry in entries {
            guard let parameters = unsafe Self.compare(entry.segments, path) else { continue }
            if entry.route.method == wanted { return .route(entry.route, parameters: parameters) }
            allowed.append(entry.route.method)
        }
        return allowed.isEmpty ? .nothing : .otherMethods(allowed)
    }

    private static func compare(_ segments: [[UInt8]?], _ path: UnsafeRawBufferPointer) -> [String]? {
        var parameters: [String] = []
        var place = 0
        for segment in segments {
            guard place < path.count, unsafe path[place] == UInt8(ascii: "/") else { return nil }
            var end = place + 1
            while end < path.count, unsafe path[end] != UInt8(ascii: "/") { end += 1 }
            let part = unsafe UnsafeRawBufferPointer(rebasing: path[(place + 1)..<end])
            if let segment {
                guard unsafe part.elementsEqual(segment) else { return nil }
            } else {
                guard unsafe !part.isEmpty else { return nil }
                unsafe parameters.append(decoded(part))
            }
            place = end
        }
        // The root's pattern has no segment, and its path is the slash alone.
        if segments.isEmpty { return unsafe path.elementsEqual([UInt8(ascii: "/")]) ? [] : nil }
        return place == path.count ? parameters : nil
    }

    /// Percent decoding; a broken escape stays as it is and will match no name.
    private static func decoded(_ bytes: UnsafeRawBufferPointer) -> String {
        guard unsafe bytes.contains(UInt8(ascii: "%")) else { return unsafe String(decoding: bytes, as: UTF8.self) }
        return unsafe String(decoding: PercentText.decoded(bytes), as: UTF8.self)
    }
}
