package import AWSDoor
package import AWSProtocol
package import Core
package import Crypto
internal import Database
internal import JSON
internal import Policies
internal import Records
internal import Synchronization

/// What the plant has at its lines: things, their types and groups, the certificates that they prove themselves with, what
/// those may do, and what each thing is wanted to be and says it is.
///
/// Concurrency: everything lies in tables of the shelf's file, because there may be a great many things; reading takes what was
/// committed last.
package final class FleetDesk: Sendable {
    private static let tables = [
        """
        CREATE TABLE things(
            name TEXT PRIMARY KEY, id TEXT, type TEXT, attributes TEXT, version INTEGER, created INTEGER) WITHOUT ROWID;
        CREATE TABLE types(
            name TEXT PRIMARY KEY, id TEXT, description TEXT, searchable TEXT, created INTEGER, deprecated INTEGER)
            WITHOUT ROWID;
        CREATE TABLE groups(
            name TEXT PRIMARY KEY, id TEXT, parent TEXT, description TEXT, attributes TEXT, version INTEGER,
            created INTEGER) WITHOUT ROWID;
        CREATE TABLE members(grp TEXT, thing TEXT, PRIMARY KEY(grp, thing)) WITHOUT ROWID;
        CREATE INDEX members_thing ON members(thing, grp);
        CREATE TABLE certificates(
            n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, pem TEXT, status TEXT, begins INTEGER, ends INTEGER,
            created INTEGER, modified INTEGER);
        CREATE TABLE holders(certificate TEXT, thing TEXT, PRIMARY KEY(certificate, thing)) WITHOUT ROWID;
        CREATE INDEX holders_thing ON holders(thing, certificate);
        CREATE TABLE policies(
            name TEXT PRIMARY KEY, current INTEGER, newest INTEGER, created INTEGER, modified INTEGER) WITHOUT ROWID;
        CREATE TABLE editions(
            policy TEXT, number INTEGER, document TEXT, created INTEGER, PRIMARY KEY(policy, number)) WITHOUT ROWID;
        CREATE TABLE attachments(target TEXT, policy TEXT, PRIMARY KEY(target, policy)) WITHOUT ROWID;
        CREATE INDEX attachments_policy ON attachments(policy, target);
        CREATE TABLE aliases(
            name TEXT PRIMARY KEY, role TEXT, seconds INTEGER, created INTEGER, modified INTEGER) WITHOUT ROWID;
        CREATE TABLE tags(arn TEXT, key TEXT, value TEXT, PRIMARY KEY(arn, key)) WITHOUT ROWID;
        CREATE TABLE shadows(
            thing TEXT, name TEXT, version INTEGER, modified INTEGER, body BLOB, PRIMARY KEY(thing, name)) WITHOUT ROWID;
        """,
        """
        CREATE TABLE tokens(
            id TEXT PRIMARY KEY, secret BLOB, thing TEXT, created INTEGER, expires INTEGER, used TEXT) WITHOUT ROWID;
        CREATE TABLE joined(certificate TEXT PRIMARY KEY) WITHOUT ROWID;
        """,
        """
        CREATE TABLE jobs(
            n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, targets TEXT, document TEXT, namespace TEXT,
            continuous INTEGER, status TEXT, settings TEXT, created INTEGER, updated INTEGER, completed INTEGER);
        CREATE TABLE runs(
            n INTEGER PRIMARY KEY AUTOINCREMENT, thing TEXT, job TEXT, status TEXT, details TEXT, version INTEGER,
            queued INTEGER, started INTEGER, updated INTEGER, released INTEGER, UNIQUE(thing, job));
        CREATE INDEX runs_job ON runs(job, status);
        """,
        retainedTable, connectionsTable, retainedGone,
    ]

    let shelf: RecordShelf
    let account: String
    let region: String
    let authority: CertificateAuthority
    /// Where devices are to go.
    let addresses: @Sendable () -> DeviceAddresses
    let devicePolicies = PolicyCache(.device)
    let ledger: any CallLedger
    let seal: SealingKey
    private let wires = Mutex(Wires())
    let rollout = Rollout()
    package let rules: RuleDesk
    /// What was lately refused to which certificate.
    let refused = Mutex<[String: RefusalTally]>([:])
    let presence = Presence()
    let retained = RetainedTally()
    /// So many retained messages wait for the disk at most.
    let retaining = Turnstile(retainingMax)
    /// Which job each thing with something to do was last told to do next, by the topic under which it was told.
    let nextTold = Mutex<[String: String]>([:])

    /// Whoever is told what a thing says of itself in a shadow, before the thing is answered.
    package typealias Hearer = @Sendable (ShadowKey, Datum) throws(ServiceProblem) -> Void
    /// Whoever is told what things make of jobs, before the thing is answered.
    package typealias Newsman = @Sendable (JobNews) throws(ServiceProblem) -> Void
    /// Carries a message to whoever listens to its topic.
    package typealias Herald = @Sendable (_ topic: String, _ message: [UInt8]) -> Void
    /// Carries a message to the broker, and says when it cannot.
    package typealias Courier = @Sendable (Posting) throws(Fault) -> Void
    /// Sends whoever came with a certificate away.
    package typealias Expeller = @Sendable (_ certificate: String) -> Void

    /// Who is told what. In a struct of its own: a bare closure in a `Mutex` is wrapped once more each time it is read, until
    /// calling it overflows the stack.
    private struct Wires {
        var hearer: Hearer?
        var newsman: Newsman?
        var herald: Herald?
        var courier: Courier?
        var expeller: Expeller?
    }

    func tell(hearer key: ShadowKey, _ said: Datum) throws(ServiceProblem) {
        let wires = wires.withLock { $0 }
        try wires.hearer?(key, said)
    }

    func tell(newsman news: JobNews) throws(ServiceProblem) {
        let wires = wires.withLock { $0 }
        try wires.newsman?(news)
    }

    func tell(_ message: Datum, under topic: String) {
        let wires = wires.withLock { $0 }
        wires.herald?(topic, message.json)
    }

    var courier: Courier? { wires.withLock { $0 }.courier }

    /// Whoever came to the broker with this certificate is to go.
    func expel(_ certificate: String) {
        let wires = wires.withLock { $0 }
        wires.expeller?(certificate)
    }

    package init(
        _ path: String, account: String, region: String, authority: CertificateAuthority,
        seal: SealingKey, ledger: any CallLedger, addresses: @escaping @Sendable () -> DeviceAddresses
    ) throws(Fault) {
        self.account = account
        self.region = region
        self.authority = authority
        self.ledger = ledger
        self.seal = seal
        self.addresses = addresses
        shelf = try RecordShelf(path, tables: Self.tables)
        rules = try RuleDesk(PathName.folder(of: path) + "/rules.db", account: account)
    }

    package func start(_ hearer: @escaping Hearer, _ newsman: @escaping Newsman) {
        wires.withLock {
            $0.hearer = hearer
            $0.newsman = newsman
        }
        settle()
        rollout.start(self)
    }

    /// There is a broker now.
    package func connect(herald: @escaping Herald, courier: Courier? = nil, expeller: @escaping Expeller) {
        wires.withLock {
            $0.herald = herald
            $0.courier = courier
            $0.expeller = expeller
        }
    }

    package func close() {
        rollout.stop()
        rules.close()
        shelf.close()
    }

    package var services: [AWSService] {
        let registry =
            Things(desk: self).operations + ThingTypes(desk: self).operations + ThingGroups(desk: self).operations
            + GroupMembers(desk: self).operations
        let identities =
            Certificates(desk: self).operations + CertificateHolders(desk: self).operations
            + DevicePolicies(desk: self).operations + PolicyEditions(desk: self).operations
            + PolicyTargets(desk: self).operations + RoleAliases(desk: self).operations
        let jobs = Jobs(desk: self).operations + JobRuns(desk: self).operations
        let index =
            IndexSetting(desk: self).operations + IndexSearch(desk: self).operations
            + IndexSums(desk: self).operations + ThingPresence(desk: self).operations
        return [
            Self.service(
                older: ["execute-api"],
                registry + identities + jobs + index + RuleOperations(desk: self).operations
                    + FleetTags(desk: self).operations + Endpoints(desk: self).operations),
            dataService, Self.service(signingName: "iot-jobs-data", JobRuns(desk: self).ownOperations),
        ]
    }

    /// What devices may ask for over HTTP.
    package func deviceServices(_ lender: @escaping RoleLender) -> [AWSService] {
        [Self.service([DeviceCredentials(desk: self, lender: lender).operation]), dataService]
    }

    private var dataService: AWSService {
        let messages = Publishing(desk: self).operations + RetainedMessages(desk: self).operations
        return Self.service(signingName: "iotdata", Shadows(desk: self).operations + messages)
    }

    private static func service(
        signingName: String? = nil, older: [String] = [], _ operations: [Operation]
    ) -> AWSService {
        AWSService(
            "iot", signingName: signingName, older: older, .restJSON, version: "2015-05-28",
            invalid: "InvalidRequestException", operations: operations)
    }

    // MARK: names

    func arn(_ resource: String) -> String { "arn:aws:iot:\(region):\(account):\(resource)" }

    /// What an ARN of this fleet names, behind its kind: `thing/`, `cert/`.
    func name(in arn: String, _ kind: String) -> String? {
        let start = self.arn(kind + "/")
        return arn.hasPrefix(start) && arn.count > start.count ? String(arn.dropFirst(start.count)) : nil
    }

    static func on(_ kind: String, _ member: String) -> Operation.Resources {
        { call in [call.arn("iot", "\(kind)/\(call[member])")] }
    }

    /// A name in a request.
    static func named(_ member: String, required: Bool = false) -> Member {
        Member(member, required: required, nameRange, marks: nameMarks)
    }

    static let nameRange = 1...128
    static let nameMarks = ":_-"
}

/// Where devices go: a host for messages, whose port is MQTT's own, and `host:port` for documents and credentials.
package struct DeviceAddresses: Hashable, Sendable {
    package let messages: String
    package let documents: String

    package init(messages: String, documents: String) {
        self.messages = messages
        self.documents = documents
    }
}
