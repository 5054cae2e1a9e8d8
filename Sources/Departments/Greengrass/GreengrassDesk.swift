package import AWSProtocol
package import Core
internal import Database
internal import Records
internal import Synchronization

/// Components, what is deployed to which thing, and what devices say came of it.
///
/// Concurrency: everything lies in tables of the shelf's file; reading takes what was committed last.
package final class GreengrassDesk: Sendable {
    /// The shadow in which a thing is told its deployment.
    package static let shadow = "AWSManagedGreengrassV2Deployment"
    /// The jobs by which things of a group are told theirs.
    package static let namespace = "namespace-aws-gg-deployment"
    static let kind = "setting"

    private static let tables = [
        """
        CREATE TABLE components(
            name TEXT, version TEXT, recipe BLOB, artifacts TEXT, platforms TEXT, publisher TEXT, description TEXT,
            token TEXT, created INTEGER, PRIMARY KEY(name, version)) WITHOUT ROWID;
        CREATE TABLE deployments(
            n INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, target TEXT, revision INTEGER, latest INTEGER,
            name TEXT, status TEXT, job TEXT, body TEXT, token TEXT, created INTEGER);
        CREATE INDEX deployments_target ON deployments(target, revision);
        CREATE INDEX deployments_token ON deployments(token);
        CREATE TABLE executions(
            thing TEXT, deployment TEXT, status TEXT, reason TEXT, details TEXT, created INTEGER, modified INTEGER,
            PRIMARY KEY(thing, deployment)) WITHOUT ROWID;
        CREATE INDEX executions_deployment ON executions(deployment);
        CREATE TABLE devices(
            thing TEXT PRIMARY KEY, status TEXT, version TEXT, platform TEXT, architecture TEXT, runtime TEXT,
            sequence INTEGER, reported INTEGER) WITHOUT ROWID;
        CREATE TABLE installed(
            thing TEXT, component TEXT, version TEXT, state TEXT, details TEXT, root INTEGER, codes TEXT,
            changed INTEGER, reported INTEGER, PRIMARY KEY(thing, component)) WITHOUT ROWID;
        CREATE TABLE tags(arn TEXT, key TEXT, value TEXT, PRIMARY KEY(arn, key)) WITHOUT ROWID;
        """,
        "ALTER TABLE deployments ADD COLUMN withdrawn INTEGER DEFAULT 0",
        "CREATE TABLE revisions(target TEXT PRIMARY KEY, newest INTEGER) WITHOUT ROWID",
    ]

    let shelf: RecordShelf
    let account: String
    let region: String
    let plant: any Plant
    /// Deployments are told one after the other.
    let telling = Mutex(())
    let chapters = HealthChapters()

    package init(_ path: String, account: String, region: String, plant: any Plant) throws(Fault) {
        self.account = account
        self.region = region
        self.plant = plant
        shelf = try RecordShelf(path, tables: Self.tables)
    }

    package func close() { shelf.close() }

    package var service: AWSService {
        let software = Components(desk: self).operations + ComponentArtifacts(desk: self).operations
        let rollouts = Candidates(desk: self).operations + Deployments(desk: self).operations
        let plant = CoreDevices(desk: self).operations + GreengrassSettings(desk: self).operations
        return AWSService(
            "greengrass", .restJSON, version: "2020-11-30",
            operations: software + rollouts + plant + GreengrassTags(desk: self).operations)
    }

    /// What devices may ask for over HTTP.
    package var deviceService: AWSService {
        AWSService(
            "greengrass", .restJSON, version: "2020-11-30",
            operations: Candidates(desk: self).operations + ComponentArtifacts(desk: self).operations
                + [DeviceGroups(desk: self).operation])
    }

    func arn(_ resource: String) -> String { "arn:aws:greengrass:\(region):\(account):\(resource)" }

    static let paging = [Member("nextToken", 0...4096), Member("maxResults", .whole, 1...100)]
    /// How many come where nobody says.
    static let usual = 50
}

/// How deployments say no.
enum GreengrassProblem {
    static func invalid(_ why: String) -> ServiceProblem { ServiceProblem("ValidationException", why) }

    static func invalid(_ fault: Fault, at place: String = "") -> ServiceProblem {
        let hint = fault.hint.map { ": \($0)" } ?? ""
        return invalid((place.isEmpty ? "" : place + ": ") + fault.message + hint)
    }

    static func missing(_ kind: String, _ id: String) -> ServiceProblem {
        var problem = ServiceProblem("ResourceNotFoundException", "\(kind) \(id) is not there", status: 404)
        problem.details = ["resourceId": id, "resourceType": kind.lowercased()]
        return problem
    }

    static func conflict(_ why: String, _ id: String, _ kind: String) -> ServiceProblem {
        var problem = ServiceProblem("ConflictException", why, status: 409)
        problem.details = ["resourceId": id, "resourceType": kind]
        return problem
    }
}
