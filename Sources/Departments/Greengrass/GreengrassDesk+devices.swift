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
        let outcome = telling.withLock { _ in
            Result { () throws(ServiceProblem) in
                let arn = target.arn(self)
                let latest = try shelf.read { database throws(Fault) in
                    try StoredDeployment.latest(of: arn, database)
                }
                guard let latest else { return }
                switch target {
                case .thing(let thing): try tell(latest, target, to: thing)
                case .group(let group): try offer(latest, target, to: group)
                }
            }
        }
        try outcome.get()
    }

    private func tell(
        _ latest: StoredDeployment, _ target: DeploymentTarget, to thing: String
    ) throws(ServiceProblem) {
        let document = DeploymentDocument.told(latest, target, self)
        let wish: Datum = [
            "fleetConfig": .text(String(decoding: document.json, as: UTF8.self)),
            "desiredStatus": latest.status == .canceled ? "CANCELED" : "SUCCEEDED",
        ]
        guard try plant.wanted(of: thing, inShadow: Self.shadow) != wish else { return }
        try plant.want(wish, of: thing, inShadow: Self.shadow)
    }

    /// The jobs of revisions before are taken back first: a thing does one after the other.
    private func offer(
        _ latest: StoredDeployment, _ target: DeploymentTarget, to group: String
    ) throws(ServiceProblem) {
        let old = try shelf.read { database throws(Fault) in
            try database.rows(
                "SELECT job FROM deployments WHERE target = ? AND latest = 0 AND job IS NOT NULL AND withdrawn = 0",
                [.text(latest.target)]
            ) { $0.text(0) }
        }
        for job in old { try plant.withdraw(job: job) }
        guard let job = latest.job else { return }
        if latest.status == .canceled {
            try plant.withdraw(job: job)
        } else if latest.status == .active {
            let asked = latest.body["iotJobConfiguration"]
            var settings = DatumMap()
            for name in ["jobExecutionsRolloutConfig", "abortConfig", "timeoutConfig"] { settings[name] = asked?[name] }
            try plant.offer(DeploymentDocument.told(latest, target, self), asJob: job, to: group, settings)
        }
        let done = old
        try shelf.change { work in
            for job in done {
                try work.database.run("UPDATE deployments SET withdrawn = 1 WHERE job = ?", [.text(job)])
            }
        }
    }

    func jobARN(_ id: String) -> String { "arn:aws:iot:\(region):\(account):job/\(id)" }

    /// Makes good what a hub that was killed had not yet told, or not yet heard.
    package func start() throws(ServiceProblem) {
        let open = try shelf.read { database throws(Fault) in
            try database.rows(
                """
                SELECT \(StoredDeployment.columns) FROM deployments
                WHERE latest = 1 AND status IN ('ACTIVE', 'CANCELED')
                """, [], StoredDeployment.init)
        }
        for deployment in open {
            // One that cannot be told must not keep the hub from its work.
            do throws(ServiceProblem) { try makeGood(deployment) } catch {
                Log.line("deployment \(deployment.id): \(error.message)")
            }
        }
    }

    private func makeGood(_ deployment: StoredDeployment) throws(ServiceProblem) {
        let target = try DeploymentTarget(deployment.target, self)
        try tell(target)
        guard deployment.status == .active else { return }
        guard case .thing(let thing) = target else { return try catchUp(deployment) }
        if let said = try plant.reported(by: thing, inShadow: Self.shadow) { try hear(said, from: thing) }
    }

    /// What things of a group said, and a killed hub had not yet heard.
    private func catchUp(_ deployment: StoredDeployment) throws(ServiceProblem) {
        guard let job = deployment.job else { return }
        let progress = try plant.progress(ofJob: job)
        let tally = Dictionary(progress.map { ($0.status, 1) }) { $0 + $1 }
        for run in progress where run.status != "QUEUED" {
            try hear(job: job, status: run.status, run.details, from: run.thing, tally: tally, isAborted: false)
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

    /// What a thing of a group makes of the group's deployment. It is over when everybody is done, and failed where somebody
    /// did, or where it was broken off.
    package func hear(
        job: String, status: String, _ details: Datum, from thing: String, tally: [String: Int], isAborted: Bool
    ) throws(ServiceProblem) {
        try shelf.change { work in
            let found = try work.database.rows(
                "SELECT \(StoredDeployment.columns) FROM deployments WHERE job = ?", [.text(job)], StoredDeployment.init
            )
            guard let deployment = found.first else { return }
            let told: Datum = [
                "failureCause": details["deployment-failure-cause"] ?? .null,
                "errorStack": details["deployment-error-stack"] ?? .null,
                "errorTypes": details["deployment-error-types"] ?? .null,
                "detailedStatus": details["detailed-deployment-status"] ?? .null,
            ]
            try Self.write(status, told, of: deployment, by: thing, work.database)
            guard deployment.status == .active else { return }
            let open = (tally["QUEUED"] ?? 0) + (tally["IN_PROGRESS"] ?? 0)
            guard isAborted || open == 0 else { return }
            let bad = ["FAILED", "REJECTED", "TIMED_OUT"].reduce(0) { $0 + (tally[$1] ?? 0) }
            let outcome: StoredDeployment.Status = isAborted || bad > 0 ? .failed : .completed
            try work.database.run(
                "UPDATE deployments SET status = ? WHERE id = ?", [.text(outcome.rawValue), .text(deployment.id)])
        }
    }

    private static func note(
        _ status: String, _ details: Datum?, of deployment: StoredDeployment, by thing: String, _ database: Database
    ) throws {
        let known = ["QUEUED", "IN_PROGRESS", "SUCCEEDED", "FAILED", "CANCELED", "REJECTED", "TIMED_OUT"]
        guard known.contains(status) else { return }
        try write(status, details, of: deployment, by: thing, database)
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

    private static func write(
        _ status: String, _ details: Datum?, of deployment: StoredDeployment, by thing: String, _ database: Database
    ) throws(Fault) {
        try database.run(
            """
            INSERT INTO executions VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?6)
            ON CONFLICT DO UPDATE SET status = ?3, reason = ?4, details = ?5, modified = ?6
            """,
            [
                .text(thing), .text(deployment.id), .text(status), .optional(details?["failureCause"]?.text),
                details.map { .json($0) } ?? .null, .now,
            ])
    }
}
