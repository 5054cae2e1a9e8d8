internal import Core
internal import JSON

/// Reads the bytes of a policy: JSON of a limited size in which no key stands twice.
enum PolicyText {
    static func root(_ text: [UInt8]) throws(PolicyRefusal) -> PolicyPlace {
        guard text.count <= PolicyDocument.bytesMax else {
            throw PolicyRefusal(reason: "Cannot exceed quota for PolicySize: \(PolicyDocument.bytesMax)", place: "")
        }
        let document = JSONDocument()
        let node: JSONNode
        do throws(JSONDocument.Refusal) { node = try document.parse(text) } catch {
            throw PolicyRefusal(reason: PolicyRefusal.syntax, place: "byte \(error.position): \(error.reason)")
        }
        // Nodes point into their document.
        return try withExtendedLifetime(document) { () throws(PolicyRefusal) in
            try checkKeys(node, path: "")
            return PolicyPlace(path: "", value: node.datum)
        }
    }

    /// Of two values under one key a reader would take the last, and a person may have read the first.
    private static func checkKeys(_ node: JSONNode, path: String) throws(PolicyRefusal) {
        var seen: Set<String> = []
        try node.forEachMember { (key, value) throws(PolicyRefusal) in
            let path = path.isEmpty ? key : "\(path).\(key)"
            guard seen.insert(key).inserted else { throw PolicyRefusal(reason: PolicyRefusal.syntax, place: path) }
            try checkKeys(value, path: path)
        }
        var index = 0
        try node.forEachElement { (element) throws(PolicyRefusal) in
            try checkKeys(element, path: "\(path)[\(index)]")
            index += 1
        }
    }
}
