internal import Core
internal import Database
internal import JSON
internal import Records

/// A deployment as it lies in its row.
struct StoredDeployment: Sendable {
    /// How far it has come.
    enum Status: String, Sendable {
        case active = "ACTIVE"
        case completed = "COMPLETED"
        case canceled = "CANCELED"
        case failed = "FAILED"
        /// Another one came for the same target.
        case inactive = "INACTIVE"
    }

    let number: Int64
    let id: String
    let target: String
    let revision: Int64
    let isLatest: Bool
    let name: String?
    let status: Status
    /// The job by which the things of a group are told.
    let job: String?
    /// Components and policies as they were asked for.
    let body: Datum
    /// Milliseconds since 1970.
    let created: Int64

    static let columns = """
        printf('%020d', n) AS key, n, id, target, revision, latest, name, status, job, body, created
        """

    init(_ row: Statement) throws(Fault) {
        number = row.int(1)
        id = row.text(2)
        target = row.text(3)
        revision = row.int(4)
        isLatest = row.int(5) != 0
        name = row.isNull(6) ? nil : row.text(6)
        status = Status(rawValue: row.text(7)) ?? .inactive
        job = row.isNull(8) ? nil : row.text(8)
        body = try row.datum(9)
        created = row.int(10)
    }

    static func find(_ id: String, _ database: Database) throws(Fault) -> StoredDeployment? {
        try database.rows("SELECT \(columns) FROM deployments WHERE id = ?", [.text(id)], StoredDeployment.init).first
    }

    /// The deployment that a target is to have.
    static func latest(of target: String, _ database: Database) throws(Fault) -> StoredDeployment? {
        try database.rows(
            "SELECT \(columns) FROM deployments WHERE target = ? AND latest = 1", [.text(target)], StoredDeployment.init
        ).first
    }

    var row: Datum {
        [
            "targetArn": .text(target), "revisionId": .text("\(revision)"), "deploymentId": .text(id),
            "deploymentName": name.map(Datum.text) ?? .null, "deploymentStatus": .text(status.rawValue),
            "creationTimestamp": .number(Double(created) / 1000), "isLatestForTarget": .bool(isLatest),
            "parentTargetArn": body["parentTargetArn"] ?? .null,
        ]
    }

    func configurationARN(_ target: DeploymentTarget, _ desk: GreengrassDesk) -> String {
        desk.arn("configuration:\(target.path):\(revision)")
    }
}
