/// Why a release is taken back, or a person called.
package enum RollbackTrigger: String, Hashable, Sendable, CaseIterable {
    case latency = "LATENCY"
    case inferenceFailure = "INFERENCE_FAILURE"
    case rejectRate = "REJECT_RATE"
    case escape = "ESCAPE"
    case deviceHealth = "DEVICE_HEALTH"
}
