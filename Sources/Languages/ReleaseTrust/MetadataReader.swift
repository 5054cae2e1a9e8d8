internal import Core

/// Reads the members of a metadata document, and names the place where one is not what the specification says.
struct MetadataReader {
    let value: Datum
    let path: String

    init(_ value: Datum, path: String) {
        self.value = value
        self.path = path
    }

    func refusal(_ wanted: String) -> Fault { Fault(.malformed, "\(path) is \(value.kindName), not \(wanted)") }

    func optional(_ name: String) throws(Fault) -> MetadataReader? {
        guard let map = value.map else { throw refusal("an object") }
        return map[name].map { MetadataReader($0, path: "\(path).\(name)") }
    }

    func member(_ name: String) throws(Fault) -> MetadataReader {
        guard let member = try optional(name) else { throw Fault(.malformed, "\(path) has no \"\(name)\"") }
        return member
    }

    func text() throws(Fault) -> String {
        guard let text = value.text else { throw refusal("a string") }
        return text
    }

    func whole(from least: Int) throws(Fault) -> Int {
        guard let number = value.whole, number >= least else {
            throw Fault(.malformed, "\(path) is not a whole number from \(least) on")
        }
        return number
    }

    func bool() throws(Fault) -> Bool {
        guard let bool = value.bool else { throw refusal("a boolean") }
        return bool
    }

    func list() throws(Fault) -> [MetadataReader] {
        guard let list = value.list else { throw refusal("a list") }
        return list.enumerated().map { MetadataReader($1, path: "\(path)[\($0)]") }
    }

    func texts() throws(Fault) -> [String] {
        var texts: [String] = []
        for element in try list() { texts.append(try element.text()) }
        return texts
    }

    func members() throws(Fault) -> [(name: String, value: MetadataReader)] {
        guard let map = value.map else { throw refusal("an object") }
        return map.members.map { ($0.key, MetadataReader($0.value, path: "\(path).\($0.key)")) }
    }
}
