internal import JSON

/// A saved report's text, read more strictly than JSON asks: a report that says a thing twice, or a number that is
/// none, was not saved by us. The document is kept because the nodes live no longer than it.
struct SavedReport {
    private let document = JSONDocument()
    private let root: JSONNode

    init(_ text: String) throws(BenchError) {
        guard text.utf8.count <= BenchLimit.savedReportBytesMax else {
            throw Self.fault("more than \(BenchLimit.savedReportBytesMax) bytes")
        }
        do throws(JSONDocument.Refusal) { root = try document.parse(Array(text.utf8)) } catch {
            throw Self.fault("no JSON at byte \(error.position): \(error.reason)")
        }
        try Self.check(root, depth: 0)
    }

    /// Hands out the members of the report.
    func read<Value>(_ body: (SavedMembers) throws(BenchError) -> Value) throws(BenchError) -> Value {
        defer { withExtendedLifetime(document) {} }
        return try body(SavedMembers(root, named: "the report"))
    }

    private static func check(_ node: JSONNode, depth: Int) throws(BenchError) {
        guard depth <= BenchLimit.savedReportDepthMax else { throw fault("too much nesting") }
        switch node.kind {
        case .null, .bool, .string: break
        case .number: try check(node.double)
        case .object: try checkMembers(node, depth: depth)
        case .array:
            if let packed = node.packed { try check(packed, depth: depth + 1) }
            try node.forEachElement { (element) throws(BenchError) in try check(element, depth: depth + 1) }
        }
    }

    private static func checkMembers(_ node: JSONNode, depth: Int) throws(BenchError) {
        var names: Set<String> = []
        try node.forEachMember { (name, value) throws(BenchError) in
            guard names.insert(name).inserted else { throw fault("the member \"\(name)\" twice") }
            try check(value, depth: depth + 1)
        }
    }

    private static func check(_ numbers: PackedNumbers, depth: Int) throws(BenchError) {
        guard depth <= BenchLimit.savedReportDepthMax else { throw fault("too much nesting") }
        for place in 0..<numbers.count { try check(numbers.double(place)) }
    }

    private static func check(_ number: Double?) throws(BenchError) {
        guard let number, number.isFinite else { throw fault("a number that is not finite") }
    }

    static func fault(_ what: String) -> BenchError {
        BenchError(.unreadable, "not a saved report: \(what)")
    }
}
