package import Core

/// One thing that a service can be asked: declared once, and routed, read, guarded, answered and listed from that.
package struct Operation: Sendable {
    package typealias Handler = @Sendable (Call) throws(ServiceProblem) -> Datum
    /// The ARNs that a call touches, for whoever decides whether it may.
    package typealias Resources = @Sendable (Call) -> [String]
    package typealias Leaves = @Sendable (Call) -> [Leave]
    package typealias Facts = @Sendable (Call) -> [String: [String]]
    /// Nil for an answer with news in it; for another, how many nanoseconds after the question it is soon enough.
    package typealias Idleness = @Sendable (Call, Datum) -> UInt64?

    package let name: String
    package let members: [Member]
    /// Members of forms and of their answers that are written flat.
    package var flat: [String: FlatName] = [:]
    /// What policies call it: its name, but for those that are leave of the same kind as another.
    package let action: String
    /// Where a REST service has it.
    package let place: RestPlace?
    /// Anyone with a key may: nobody is asked for leave.
    package let isFree: Bool
    /// Changes nothing: left out of the audit's reading by those who only look for changes.
    package let onlyReads: Bool
    package let resources: Resources
    /// What its caller must be allowed beside.
    package let leaves: Leaves
    package let handler: Handler
    /// Members of AWS's model without which a call would do something else than it says: one that has them is refused.
    package private(set) var withheld: [String] = []
    /// What only the operation knows of a request, by condition keys.
    package private(set) var facts: Facts = { _ in [:] }
    /// For what is asked again and again until there is news: answers without any may be held back, and leave no trace
    /// in the audit.
    package var idleness: Idleness?

    package init(
        _ name: String, _ members: [Member] = [], at place: RestPlace? = nil, free: Bool = false,
        as action: String? = nil, on resources: @escaping Resources = { _ in ["*"] },
        needs leaves: @escaping Leaves = { _ in [] }, handler: @escaping Handler
    ) {
        self.name = name
        self.members = members
        self.action = action ?? name
        self.place = place
        isFree = free
        onlyReads = ["Get", "List", "Describe", "Lookup", "Filter", "Head", "Test", "Search"].contains {
            name.hasPrefix($0)
        }
        self.resources = resources
        self.leaves = leaves
        self.handler = handler
    }

    /// The same, which refuses these members by their names.
    package func without(_ members: String...) -> Operation {
        var operation = self
        operation.withheld += members
        return operation
    }

    /// The same, which tells policies more of its requests.
    package func telling(_ facts: @escaping Facts) -> Operation {
        var operation = self
        operation.facts = facts
        return operation
    }
}

/// A REST operation's address: `PUT /things/{thingName}?x`, and where its members travel.
package struct RestPlace: Hashable, Sendable {
    package let method: String
    package let segments: [String]
    package let query: [String: String]
    package let fields: [String: String]
    /// The member whose bytes are the body itself, of the request and of the answer.
    package let payload: String?
    package let status: Int

    /// Members that are written in the query under their own names.
    package init(_ method: String, _ path: String, asking names: [String], status: Int = 200) {
        self.init(method, path, query: Dictionary(uniqueKeysWithValues: names.map { ($0, $0) }), status: status)
    }

    /// `query` and `fields`: names on the wire, and the members that they carry.
    package init(
        _ method: String, _ path: String, query: [String: String] = [:], fields: [String: String] = [:],
        payload: String? = nil, status: Int = 200
    ) {
        self.method = method
        segments = path.split(separator: "/").map(String.init)
        self.query = query
        self.fields = fields
        self.payload = payload
        self.status = status
    }

    /// The members that a path carries; nil for another path. `{name+}` takes the rest of it.
    func members(in path: [String]) -> DatumMap? {
        var members = DatumMap()
        for (number, segment) in segments.enumerated() {
            if segment.hasSuffix("+}") {
                guard number < path.count else { return nil }
                members[String(segment.dropFirst().dropLast(2))] = .text(path[number...].joined(separator: "/"))
                return members
            }
            guard number < path.count else { return nil }
            if segment.hasPrefix("{") {
                members[String(segment.dropFirst().dropLast())] = .text(path[number])
            } else if segment != path[number] {
                return nil
            }
        }
        return path.count == segments.count ? members : nil
    }
}
