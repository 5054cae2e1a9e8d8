internal import Core
internal import Depot

/// What is under way when the power goes, what was there before, and how it has to end.
package struct Scenario: Sendable {
    /// What is asked of the node.
    struct Order: Sendable {
        let targets: [(place: Place, release: (ProofRelease.Nature, Int)?)]
        var failurePolicy = Deployment.FailurePolicy.rollback
        /// Milliseconds; later ones are newer.
        var created: UInt64?
        var takesHeld = false
        /// After so many turns somebody cancels it.
        var cancelsAfter: Int?
    }

    package let name: String
    /// Done in peace, one after the other.
    var before: [Order] = []
    let order: Order
    /// Every way it may end.
    let results: Set<DeploymentResult>
    /// The link goes down once, after so many pieces.
    var breaksAfter: Int?
    /// Those who are asked defer so often.
    var shyness = 0
    /// Something nobody needs lies in the depot.
    var hasLitter = false
    /// The journal of what was there before it comes without a way to do it again: it is not handed in a second time.
    var flushBytes = 1_000
}

extension Scenario {
    private static let left: Place = { (try? .station("left")) ?? .components }()
    private static let right: Place = { (try? .station("right")) ?? .components }()

    private static func order(_ places: [Place], _ nature: ProofRelease.Nature, _ number: Int) -> Order {
        Order(targets: places.map { ($0, (nature, number)) })
    }

    private static let first = order([left], .sound, 1)
    private static let firstOfAll = order([.components, left, right], .sound, 1)

    private static func refused(_ nature: ProofRelease.Nature) -> Scenario {
        Scenario(
            name: "refuse-\(nature)", before: [first], order: order([left], nature, 2), results: [.failedNoStateChange])
    }

    private static func goesBack(_ nature: ProofRelease.Nature) -> Scenario {
        Scenario(
            name: "rollback-\(nature)", before: [first], order: order([left], nature, 2),
            results: [.failedRollbackComplete])
    }

    package static let all: [Scenario] = [
        Scenario(name: "install", order: first, results: [.succeeded]),
        Scenario(name: "replace", before: [first], order: order([left], .sound, 2), results: [.succeeded]),
        Scenario(
            name: "replace-three-places", before: [firstOfAll], order: order([.components, left, right], .sound, 2),
            results: [.succeeded]),
        Scenario(
            name: "resume", before: [first], order: order([left], .sound, 2), results: [.succeeded], breaksAfter: 2),
        Scenario(
            name: "defer", before: [first], order: order([left], .sound, 2), results: [.succeeded], shyness: 2),
        refused(.forged), refused(.unsigned), refused(.huge),
        goesBack(.sick), goesBack(.slow), goesBack(.deadly),
        Scenario(
            name: "rollback-first", order: order([left], .sick, 2), results: [.failedRollbackComplete]),
        Scenario(
            name: "rollback-three-places", before: [firstOfAll],
            order: Order(targets: [(.components, (.sound, 2)), (left, (.sound, 3)), (right, (.sick, 2))]),
            results: [.failedRollbackComplete]),
        Scenario(
            name: "rollback-not-requested", before: [first],
            order: Order(targets: [(left, (.sick, 2))], failurePolicy: .doNothing),
            results: [.failedRollbackNotRequested]),
        Scenario(
            name: "cancel", before: [first],
            order: Order(targets: [(left, (.sound, 2))], cancelsAfter: 2), results: [.canceled]),
        Scenario(
            name: "stale", before: [first], order: Order(targets: [(left, (.sound, 2))], created: 0),
            results: [.rejected]),
        Scenario(
            name: "held", before: [first, order([left], .sick, 2)],
            order: order([left], .sick, 2), results: [.failedNoStateChange]),
        Scenario(
            name: "take-held", before: [first, order([left], .sick, 2)],
            order: Order(targets: [(left, (.sick, 2))], takesHeld: true), results: [.failedRollbackComplete]),
        Scenario(
            name: "give-up", before: [firstOfAll], order: Order(targets: [(right, nil), (left, (.sound, 2))]),
            results: [.succeeded]),
        Scenario(
            name: "undo", before: [first, order([left], .sound, 2)], order: first, results: [.succeeded]),
        Scenario(
            name: "collect", before: [first, order([left], .sound, 2), order([left], .sound, 3)],
            order: order([left], .sound, 4), results: [.succeeded], hasLitter: true),
    ]

    package static func named(_ name: String) -> Scenario? { all.first { $0.name == name } }
}

extension Scenario {
    /// A disk that says no stops anything before it changes anything, or sends it back.
    var resultsAfterARefusal: Set<DeploymentResult> {
        results.union([.failedNoStateChange, .failedRollbackComplete, .failedUnableToRollback])
    }
}
