package import Core

extension JSONNode {
    /// The value itself, kept apart from the document it was read from.
    package var datum: Datum {
        switch kind {
        case .null: return .null
        case .bool: return .bool(bool ?? false)
        case .string: return .text(string ?? "")
        case .number: return int.map(Datum.whole) ?? .number(double ?? 0)
        case .array: return .list(elements)
        case .object:
            var map = DatumMap()
            forEachMember { map[$0] = $1.datum }
            return .map(map)
        }
    }

    private var elements: [Datum] {
        if let packed { return (0..<(count ?? 0)).map { packed.datum($0) } }
        var list: [Datum] = []
        forEachElement { list.append($0.datum) }
        return list
    }
}

extension PackedNumbers {
    fileprivate func datum(_ place: Int) -> Datum { int(place).map(Datum.whole) ?? .number(double(place)) }
}

extension Datum {
    /// Reads a whole JSON text.
    package init(json text: [UInt8]) throws(JSONDocument.Refusal) {
        let document = JSONDocument()
        let root = try document.parse(text)
        // Nodes point into their document.
        self = withExtendedLifetime(document) { root.datum }
    }
}

extension Datum {
    /// Reads a whole JSON text, or says which text is none, why, and where.
    package init(json text: [UInt8], named name: String, code: Fault.Code = .invalid) throws(Fault) {
        do throws(JSONDocument.Refusal) { try self.init(json: text) } catch {
            throw Fault(code, "\(name) is not JSON: \(error.reason) at byte \(error.position)")
        }
    }
}

extension JSONDocument {
    /// Reads a text that has no padding, or says which text is none, why, and where.
    package func parse(_ text: [UInt8], named name: String) throws(Fault) -> JSONNode {
        do throws(Refusal) { return try parse(text) } catch {
            throw Fault(.invalid, "\(name) is not JSON: \(error.reason) at byte \(error.position)")
        }
    }
}
