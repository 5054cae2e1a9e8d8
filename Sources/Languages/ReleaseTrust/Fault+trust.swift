package import Core

/// Why metadata or a target is refused: each attack has its own code.
extension Fault.Code {
    /// Not a document that the specification describes.
    package static let malformed = Fault.Code(rawValue: "malformed metadata")
    /// Fewer keys than the threshold signed it: a stranger's, or made with too few compromised keys.
    package static let unsigned = Fault.Code(rawValue: "not signed")
    /// Older than what was seen before.
    package static let rollback = Fault.Code(rawValue: "rollback")
    /// Out of date: perhaps somebody keeps newer metadata from us.
    package static let expired = Fault.Code(rawValue: "expired")
    /// Not the version that the role above names: parts of different releases put together.
    package static let mixed = Fault.Code(rawValue: "mix and match")
    /// Other bytes than those that were signed for.
    package static let wrongDigest = Fault.Code(rawValue: "wrong digest")
    /// More bytes than were announced, or than anybody would need.
    package static let tooLong = Fault.Code(rawValue: "too long")
    /// No role that may says anything about this target.
    package static let unlisted = Fault.Code(rawValue: "unlisted target")
    /// The repository does not have what its metadata promise.
    package static let missing = Fault.Code(rawValue: "missing metadata")
}
