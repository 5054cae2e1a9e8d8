internal import Core
internal import WebClient

/// What the end of a request means for the event in it. Of the address nothing but its host is told: more of it may be
/// secret.
enum DestinationVerdict {
    private static let afterSecondsMax: Int64 = 86_400

    /// Nil for what has arrived. After 401, 407, 409, 429 and 5xx it is sent again; other refusals are final, as with
    /// EventBridge.
    static func refusal(status: Int, _ fields: WebFields, from host: String) -> DeliveryRefusal? {
        let reason = "\(host) answered with status \(status)"
        switch status {
        case 200...299: return nil
        case 401, 407: return .forNow(.noPermissions, reason)
        case 403: return .forGood(.noPermissions, reason)
        case 409: return .forNow(.errorFromTarget, reason)
        case 429: return .forNow(.throttling, reason, after: after(fields))
        case 500...599: return .forNow(.errorFromTarget, reason, after: status == 503 ? after(fields) : nil)
        default: return .forGood(.clientError, reason)
        }
    }

    /// When the other side wants to be asked again; a date is left to the usual pauses.
    private static func after(_ fields: WebFields) -> Int64? {
        fields["retry-after"].flatMap { Int64($0) }.flatMap { $0 < 0 ? nil : min($0, afterSecondsMax) * 1000 }
    }

    /// Nil for what has arrived all the same.
    static func refusal(_ fault: Fault, from host: String, after: Int64?) -> DeliveryRefusal? {
        switch fault.code {
        // Of a request, nothing but an answer that does not refuse is ever too long.
        case .exhausted: nil
        case .timeout: .forNow(.timeout, "\(host) did not answer in time", after: after)
        case .tls: .forNow(.connectionFailure, "\(host) and this hub do not believe each other's certificates")
        case .invalid: .forGood(.invalidParameter, "the request to \(host) holds a character that cannot be sent")
        case .status: .forGood(.clientError, "\(host) sends to another address, where nobody has asked us to go")
        default: .forNow(.connectionFailure, "\(host) cannot be reached")
        }
    }
}
