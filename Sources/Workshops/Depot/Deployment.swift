package import Core
internal import Crypto

/// What is wanted of this node, all at once or not at all.
package struct Deployment: Hashable, Sendable {
    package static let idBytesMax = 256
    package static let placesMax = 256
    /// Whom a deployment is for that takes another one back.
    package static let undoGroup = "UNDO"

    /// What is done when what was activated is not healthy.
    package enum FailurePolicy: String, Sendable {
        case rollback = "ROLLBACK"
        case doNothing = "DO_NOTHING"
    }

    /// Whether those who run are asked before they are replaced, and for how long at most.
    package enum UpdatePolicy: Hashable, Sendable {
        case notify(nanoseconds: UInt64)
        case skip
    }

    /// How long each part of the way may take, in nanoseconds, and how often the node may start again before it is over.
    package struct Limits: Hashable, Sendable {
        package var staging = 600 * Span64.second
        /// From the first activation until all places are healthy.
        package var proving = 60 * Span64.second
        package var restoring = 60 * Span64.second
        package var restarts = 3

        package init() {}
    }

    package let id: String
    /// Whom it was meant for; of one group the newest counts.
    package let group: String
    /// Milliseconds since 1970, by the clock of whoever wrote it.
    package let created: UInt64
    /// One a place, in the order of activation.
    package let targets: [Target]
    package var failurePolicy = FailurePolicy.rollback
    package var updatePolicy = UpdatePolicy.notify(nanoseconds: 60 * Span64.second)
    package var limits = Limits()
    /// A person has looked at it: a release that was rolled back before may come again.
    package var takesHeld = false
    /// What it replaces has failed after its commit: once this one is committed, that is held.
    package var holdsReplaced = false

    package init(id: String, group: String, created: UInt64, targets: [Target]) throws(Fault) {
        let places = Set(targets.map(\.place))
        guard !id.isEmpty, id.utf8.count <= Self.idBytesMax, group.utf8.count <= Self.idBytesMax else {
            throw Fault(.invalid, "a deployment needs an id and a group of at most \(Self.idBytesMax) bytes")
        }
        guard !targets.isEmpty, targets.count <= Self.placesMax else {
            throw Fault(.invalid, "deployment \(id) names \(targets.count) places, not 1 to \(Self.placesMax)")
        }
        guard places.count == targets.count else {
            throw Fault(.invalid, "deployment \(id) names a place twice")
        }
        self.id = id
        self.group = group
        self.created = created
        self.targets = targets.sorted { $0.place < $1.place }
    }

    package var places: [Place] { targets.map(\.place) }
    package var isUndo: Bool { group == Self.undoGroup }
}
