package import Core
internal import JSON
internal import YAML

/// A recipe as its file holds it: JSON when it begins with a brace, else YAML.
package enum RecipeText {
    package static func read(_ text: [UInt8]) throws(Fault) -> (recipe: Recipe, warnings: [RecipeWarning]) {
        try RecipeReader.read(try document(text))
    }

    package static func document(_ text: [UInt8]) throws(Fault) -> Datum {
        let mark: [UInt8] = [0xef, 0xbb, 0xbf]
        let text = text.starts(with: mark) ? Array(text.dropFirst(mark.count)) : text
        let start = text.first {
            $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\t")
        }
        guard start != nil else { throw Fault(.invalid, "the recipe is empty") }
        return start == UInt8(ascii: "{") ? try json(text) : try yaml(text)
    }

    private static func json(_ text: [UInt8]) throws(Fault) -> Datum {
        let document = JSONDocument()
        let root: JSONNode
        do throws(JSONDocument.Refusal) { root = try document.parse(text) } catch {
            let (line, column) = lineAndColumn(of: error.position, in: text)
            throw Fault(.invalid, "not JSON: \(error.reason) at line \(line), column \(column)")
        }
        // Nodes point into their document.
        let (path, datum) = withExtendedLifetime(document) { (RepeatedKey.path(in: root), root.datum) }
        if let path { throw Fault(.invalid, "\(path): the key is repeated") }
        return datum
    }

    private static func yaml(_ text: [UInt8]) throws(Fault) -> Datum {
        do throws(YAMLRefusal) { return try Datum(yaml: text) } catch {
            throw Fault(.invalid, "not YAML: \(error)")
        }
    }

    private static func lineAndColumn(of position: Int, in text: [UInt8]) -> (Int, Int) {
        let before = text.prefix(position)
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return (before.count { $0 == UInt8(ascii: "\n") } + 1, before.count - lineStart + 1)
    }
}

/// JSON lets the last of two equal keys win, which hides one of them.
private enum RepeatedKey {
    static func path(in node: JSONNode, at path: String = "") -> String? {
        var found: String?
        var seen: Set<String> = []
        node.forEachMember { key, value in
            let inner = path.isEmpty ? key : "\(path).\(key)"
            if found != nil { return }
            found = seen.insert(key).inserted ? Self.path(in: value, at: inner) : inner
        }
        var index = 0
        node.forEachElement { element in
            found = found ?? Self.path(in: element, at: "\(path)[\(index)]")
            index += 1
        }
        return found
    }
}
