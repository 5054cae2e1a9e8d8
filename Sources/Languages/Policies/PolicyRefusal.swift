/// Why a text is no policy, in AWS's own words where it has any, and where in the text that is.
package struct PolicyRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    package let reason: String
    /// Such as `Statement[0].Action[2]`, counted from zero; empty when the whole text is meant.
    package let place: String

    package init(reason: String, place: String) {
        self.reason = reason
        self.place = place
    }

    package var description: String { place.isEmpty ? reason : "\(reason) (\(place))" }
}

extension PolicyRefusal {
    static let syntax = "Syntax errors in policy."
    static let version = "Policy document must be version 2012-10-17 or greater."
    static let sidTwice = "Statement IDs (SID) in a single policy must be unique."
    static let sidLetters =
        "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"
    static let vendor = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
    static let colons = "Actions/Condition can contain only one colon."
    static let trustAction = "AssumeRole policy may only specify STS AssumeRole actions."
    static let principal = "Invalid principal in policy"
    static let allowNotPrincipal = "Allow with NotPrincipal is not allowed."

    static func missing(_ field: String) -> String { "Missing required field \(field)" }
    static func prohibited(_ field: String) -> String { "Has prohibited field \(field)" }
    static func unknown(_ field: String) -> String { "Unknown field \(field)" }
}
