internal import Core

/// Code words are those that EventBridge writes on what it gives up (ERROR_CODE of its dead letters).
extension DeliveryRefusal {
    enum Word: String, Sendable {
        case connectionFailure = "CONNECTION_FAILURE"
        case errorFromTarget = "ERROR_FROM_TARGET"
        case internalError = "INTERNAL_ERROR"
        case invalidParameter = "INVALID_PARAMETER"
        case noPermissions = "NO_PERMISSIONS"
        case noResource = "NO_RESOURCE"
        case clientError = "SDK_CLIENT_ERROR"
        case throttling = "THROTTLING"
        case timeout = "TIMEOUT"
    }

    /// It may arrive another time.
    static func forNow(_ word: Word, _ reason: String, after: Int64? = nil) -> DeliveryRefusal {
        DeliveryRefusal(word.rawValue, reason, after: after)
    }

    /// It would never arrive.
    static func forGood(_ word: Word, _ reason: String) -> DeliveryRefusal {
        DeliveryRefusal(word.rawValue, reason, isFinal: true)
    }
}
