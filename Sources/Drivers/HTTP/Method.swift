/// The methods that anything here answers to; others are 405 or 501.
package enum Method: String, Hashable, Sendable, CaseIterable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case delete = "DELETE"
    case options = "OPTIONS"
    case patch = "PATCH"
    case other = "OTHER"

    /// llhttp's numbers.
    init(number: UInt8) {
        switch number {
        case 0: self = .delete
        case 1: self = .get
        case 2: self = .head
        case 3: self = .post
        case 4: self = .put
        case 6: self = .options
        case 28: self = .patch
        default: self = .other
        }
    }
}
