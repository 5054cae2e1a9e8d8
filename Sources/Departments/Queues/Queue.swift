internal import Core

/// A queue as the shelf keeps it.
struct Queue: Hashable, Sendable {
    let name: String
    /// What its messages are kept under; another one after each purge, so that old ones are nobody's at once.
    var number: Int
    /// Seconds since 1970.
    let created: Int
    var modified: Int
    /// What it was told; the rest is as usual.
    var attributes: [String: String]
    var tags: DatumMap

    init(name: String, number: Int, created: Int, attributes: [String: String], tags: DatumMap) {
        self.name = name
        self.number = number
        self.created = created
        modified = created
        self.attributes = attributes.filter { !$0.value.isEmpty }
        self.tags = tags
    }

    init?(_ datum: Datum) {
        guard let name = datum["Name"]?.text, let number = datum["Number"]?.whole else { return nil }
        self.name = name
        self.number = number
        created = datum["Created"]?.whole ?? 0
        modified = datum["Modified"]?.whole ?? 0
        let told = datum["Attributes"]?.map?.members.compactMap { key, value in value.text.map { (key, $0) } }
        attributes = Dictionary(uniqueKeysWithValues: told ?? [])
        tags = datum["Tags"]?.map ?? DatumMap()
    }

    var datum: Datum {
        let told = attributes.sorted { $0.key < $1.key }.map { ($0.key, Datum.text($0.value)) }
        return [
            "Name": .text(name), "Number": .whole(number), "Created": .whole(created), "Modified": .whole(modified),
            "Attributes": .map(DatumMap(told)), "Tags": .map(tags),
        ]
    }

    func whole(_ attribute: QueueAttributes.Whole) -> Int {
        attributes[attribute.name].flatMap { Int($0) } ?? attribute.usual
    }

    func milliseconds(_ attribute: QueueAttributes.Whole) -> Int64 { Int64(whole(attribute)) * 1000 }

    /// An attribute as it is told, whether it was set or holds as usual.
    func told(_ name: String) -> String? {
        attributes[name] ?? QueueAttributes.wholes.first { $0.name == name }.map { String($0.usual) }
    }

    var redrive: RedrivePolicy? {
        attributes[RedrivePolicy.name].flatMap { text in try? RedrivePolicy(parsing: text) }
    }

    func takesDeadLetters(of source: String) -> Bool {
        guard let text = attributes[RedriveAllowPolicy.name],
            let policy = try? RedriveAllowPolicy(parsing: text)
        else { return true }
        return policy.allows(source)
    }
}
