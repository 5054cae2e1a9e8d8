/// How a deployment ended, in Greengrass's words.
package enum DeploymentResult: String, Sendable, CaseIterable {
    case succeeded = "SUCCEEDED"
    case failedNoStateChange = "FAILED_NO_STATE_CHANGE"
    case failedRollbackComplete = "FAILED_ROLLBACK_COMPLETE"
    case failedUnableToRollback = "FAILED_UNABLE_TO_ROLLBACK"
    case failedRollbackNotRequested = "FAILED_ROLLBACK_NOT_REQUESTED"
    /// Older than the last of its group.
    case rejected = "REJECTED"
    case canceled = "CANCELED"
}

/// A deployment that is over.
package struct FinishedDeployment: Hashable, Sendable {
    package let id: String
    package let group: String
    package let created: UInt64
    package let result: DeploymentResult
    package let reason: String
    /// Milliseconds since 1970.
    package let finished: UInt64

    package init(
        _ deployment: Deployment, _ result: DeploymentResult, reason: String, finished: UInt64
    ) {
        self.init(
            id: deployment.id, group: deployment.group, created: deployment.created, result: result, reason: reason,
            finished: finished)
    }

    init(id: String, group: String, created: UInt64, result: DeploymentResult, reason: String, finished: UInt64) {
        self.id = id
        self.group = group
        self.created = created
        self.result = result
        self.reason = reason
        self.finished = finished
    }
}
