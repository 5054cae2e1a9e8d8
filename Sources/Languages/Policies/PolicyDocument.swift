/// An AWS policy: statements about who may do what with which resources, read strictly.
package struct PolicyDocument: Hashable, Sendable {
    /// What a policy is attached to, which decides the fields that it must and must not have.
    package enum Kind: Hashable, Sendable, CaseIterable {
        /// A user, a group or a role: no Principal, a Resource. Boundaries and session policies are of this kind too.
        case identity
        /// A bucket, a queue, a repository: a Principal. Without a Resource it means whatever it is attached to.
        case resource
        /// A role, saying who may assume it: a Principal, no Resource, STS actions only.
        case trust
        /// A device's certificate: like an identity.
        case device
    }

    /// Which edition of the language a policy is written in; only the newer one knows variables.
    package enum Version: String, Hashable, Sendable {
        case of2008 = "2008-10-17"
        case of2012 = "2012-10-17"
    }

    /// The most that AWS allows for any kind of policy, which is a bucket's.
    package static let bytesMax = 20_480

    package let kind: Kind
    package let version: Version
    package let id: String?
    package let statements: [PolicyStatement]

    /// One that allows nothing.
    package static func nothing(_ kind: Kind) -> PolicyDocument { PolicyDocument(kind) }

    private init(_ kind: Kind) {
        self.kind = kind
        version = .of2012
        id = nil
        statements = []
    }

    /// Reads a policy, or says what about it AWS would not take.
    package init(parsing text: [UInt8], as kind: Kind) throws(PolicyRefusal) {
        let fields = try PolicyText.root(text).members(known: ["Version", "Id", "Statement"])
        guard let list = fields["Statement"] else {
            throw PolicyRefusal(reason: PolicyRefusal.missing("Statement"), place: "")
        }
        version = try Self.version(fields["Version"])
        id = try fields["Id"]?.text()
        self.kind = kind
        let reader = StatementReader(kind: kind, knowsVariables: version == .of2012)
        statements = try Self.statements(list, reader)
    }

    private static func version(_ place: PolicyPlace?) throws(PolicyRefusal) -> Version {
        // > If you do not include a Version element, the value defaults to 2008-10-17
        // <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html>
        guard let place else { return .of2008 }
        guard let version = Version(rawValue: try place.text()) else { throw place.refusal(PolicyRefusal.version) }
        return version
    }

    private static func statements(
        _ list: PolicyPlace, _ reader: StatementReader
    ) throws(PolicyRefusal) -> [PolicyStatement] {
        guard !list.elements.isEmpty else { throw list.refusal() }
        var statements: [PolicyStatement] = []
        for place in list.elements {
            let statement = try reader.statement(place, number: statements.count + 1)
            if let sid = statement.sid, statements.contains(where: { $0.sid == sid }) {
                throw place.refusal(PolicyRefusal.sidTwice)
            }
            statements.append(statement)
        }
        return statements
    }
}
