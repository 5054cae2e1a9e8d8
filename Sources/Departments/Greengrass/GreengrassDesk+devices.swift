package import Core
internal import Database
internal import JSON
internal import Records
internal import Synchronization

/// What goes between deployments and devices.
extension GreengrassDesk {
    /// Says in its shadow what a thing is to have, or that it is no longer to have it. Whoever comes last tells what is newest:
    /// what is told is read under the lock, after the change that made it.
    func tell(_ target: DeploymentTarget) throws(ServiceProblem) {
        guard case .thing(let thing) = target else { return }
        let outcome = telling.withLock { _ in
            Result { () throws(ServiceProblem) in
                let arn = target.arn(self)
                let latest = try shelf.read { database throws(Fault) in
                    try StoredDeployment.latest(of: arn, database)
                }
                guard let latest else { return }
                let document = DeploymentDocument.told(latest, target, self)
                try plant.want(
                    [
                        "fleetConfig": .text(String(decoding: document.json, as: UTF8.self)),
                        "desiredStatus": latest.status == .canceled ? "CANCELED" : "SUCCEEDED",
                    ], of: thing, inShadow: Self.shadow)
            }
        }
        try outcome.get()
    }

    /// Makes good what a hub that was killed had not yet told, or not yet heard.
    package func start() throws(ServiceProblem) {
        let open = try shelf.read { database throws(Fault) in
            try database.rows(
                "SELECT \(StoredDeployment.columns) FROM deployments WHERE latest = 1 AND status = 'ACTIVE'", [],
                StoredDeployment.init)
        }
        for deployment in open {
            let target = try DeploymentTarget(deployment.target, self)
            guard case .thing(let thing) = target else { continue }
            try tell(target)
            if let said = try plant.reported(by: thing, inShadow: Self.shadow) { try hear(said, from: thing) }
        }
    }

    /// What a thing says in its shadow of the deployment that it was given.
    package func hear(_ said: Datum, from thing: String) throws(ServiceProblem) {
        guard let configuration = said["fleetConfigurationArnForStatus"]?.text, let status = said["status"]?.text else {
            return
        }
        let target = DeploymentTarget.thing(thing)
        let arn = target.arn(self)
        try shelf.change { [self] work in
            guard let deployment = try StoredDeployment.latest(of: arn, work.database),
                deployment.configurationARN(target, self) == configuration
            else { return }
            try Self.note(status, said["statusDetails"], of: deployment, by: thing, work.database)
        }
    }

    private static func note(
        _ status: String, _ details: Datum?, of deployment: StoredDeployment, by thing: String, _ database: Database
    ) throws {
        let known = ["QUEUED", "IN_PROGRESS", "SUCCEEDED", "FAILED", "CANCELED", "REJECTED", "TIMED_OUT"]
        guard known.contains(status) else { return }
        try database.run(
            """
            INSERT INTO executions VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?6)
            ON CONFLICT DO UPDATE SET status = ?3, reason = ?4, details = ?5, modified = ?6
            """,
            [
                .text(thing), .text(deployment.id), .text(status), .optional(details?["failureCause"]?.text),
                details.map { .json($0) } ?? .null, .now,
            ])
        let outcome: StoredDeployment.Status? =
            switch status {
            case "SUCCEEDED": .completed
            case "FAILED", "REJECTED", "TIMED_OUT": .failed
            default: nil
            }
        guard let outcome, deployment.status == .active else { return }
        try database.run(
            "UPDATE deployments SET status = ? WHERE id = ?", [.text(outcome.rawValue), .text(deployment.id)])
    }
}
