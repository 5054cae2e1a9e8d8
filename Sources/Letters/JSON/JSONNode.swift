internal import CJSON

/// One value of a parsed document; valid until the document reads another text.
@safe package struct JSONNode {
    let nodes: UnsafePointer<ls_json_node>
    let strings: UnsafePointer<CChar>
    let numbers: UnsafePointer<UInt64>
    let index: Int

    package enum Kind: Hashable, Sendable { case null, bool, number, string, array, object }

    private var node: ls_json_node { unsafe nodes[index] }
    private var rawKind: ls_json_kind { ls_json_kind(node.kind) }
    private func at(_ index: Int) -> JSONNode {
        unsafe JSONNode(nodes: nodes, strings: strings, numbers: numbers, index: index)
    }

    package var kind: Kind {
        switch rawKind {
        case LS_NULL: .null
        case LS_FALSE, LS_TRUE: .bool
        case LS_INT, LS_UINT, LS_DOUBLE: .number
        case LS_STRING: .string
        case LS_OBJECT: .object
        default: .array
        }
    }

    package var isNull: Bool { rawKind == LS_NULL }
    package var bool: Bool? { rawKind == LS_TRUE ? true : rawKind == LS_FALSE ? false : nil }

    /// The bytes of a string value, lent.
    package var utf8: UnsafeRawBufferPointer? {
        guard rawKind == LS_STRING else { return nil }
        return unsafe UnsafeRawBufferPointer(start: strings + Int(node.a), count: Int(node.b))
    }

    package var string: String? { unsafe utf8.map { unsafe String(decoding: $0, as: UTF8.self) } }

    package var double: Double? {
        switch rawKind {
        case LS_INT: Double(Int64(bitPattern: node.a))
        case LS_UINT: Double(node.a)
        case LS_DOUBLE: Double(bitPattern: node.a)
        default: nil
        }
    }

    /// A whole number; 2.0 is not one.
    package var int: Int? {
        switch rawKind {
        case LS_INT: Int(Int64(bitPattern: node.a))
        case LS_UINT: Int(exactly: node.a)
        default: nil
        }
    }

    /// A whole number of any 64 bits, such as a seed or a time; 2.0 is not one.
    package var uint: UInt64? {
        switch rawKind {
        case LS_INT: UInt64(exactly: Int64(bitPattern: node.a))
        case LS_UINT: node.a
        default: nil
        }
    }

    /// The value of a member; the last one wins when a key is repeated, as in Python.
    package subscript(_ key: StaticString) -> JSONNode? {
        guard rawKind == LS_OBJECT else { return nil }
        var found: JSONNode?
        var child = index + 1
        while child < Int(node.next) {
            if at(child).equals(key) { found = at(child + 1) }
            child = unsafe Int(nodes[child + 1].next)
        }
        return found
    }

    private func equals(_ key: StaticString) -> Bool {
        guard Int(node.b) == key.utf8CodeUnitCount else { return false }
        let start = unsafe strings + Int(node.a)
        for place in 0..<key.utf8CodeUnitCount where unsafe UInt8(bitPattern: start[place]) != key.utf8Start[place] {
            return false
        }
        return true
    }

    package func forEachMember<Failure: Error>(
        _ body: (_ key: String, _ value: JSONNode) throws(Failure) -> Void
    ) throws(Failure) {
        guard rawKind == LS_OBJECT else { return }
        var child = index + 1
        while child < Int(node.next) {
            try body(at(child).string ?? "", at(child + 1))
            child = unsafe Int(nodes[child + 1].next)
        }
    }

    /// The packed numbers of an array that holds nothing else.
    package var packed: PackedNumbers? {
        guard rawKind == LS_NUMBERS else { return nil }
        return unsafe PackedNumbers(base: numbers + Int(node.a), count: Int(node.b), pool: ls_pool_kind(node.pool))
    }

    /// How many elements an array has.
    package var count: Int? {
        switch rawKind {
        case LS_NUMBERS, LS_ARRAY: Int(node.b)
        default: nil
        }
    }

    /// Visits the elements of an array that is not packed.
    package func forEachElement<Failure: Error>(_ body: (JSONNode) throws(Failure) -> Void) throws(Failure) {
        guard rawKind == LS_ARRAY else { return }
        var child = index + 1
        while child < Int(node.next) {
            try body(at(child))
            child = unsafe Int(nodes[child].next)
        }
    }

    /// Whether an array holds arrays.
    package var isNested: Bool {
        var nested = false
        forEachElement { if $0.kind == .array { nested = true } }
        return nested
    }

    /// The integers of an array, such as a shape; nil when anything else is in it.
    package var ints: [Int]? {
        guard let count else { return nil }
        if count == 0 { return [] }
        guard let packed else { return nil }
        var list: [Int] = []
        for place in 0..<count {
            guard let value = packed.int(place) else { return nil }
            list.append(value)
        }
        return list
    }

    /// The strings of an array; nil when anything else is in it.
    package var stringList: [String]? {
        guard rawKind == LS_ARRAY else { return nil }
        var list: [String]? = []
        forEachElement { element in
            if let text = element.string { list?.append(text) } else { list = nil }
        }
        return list
    }
}
