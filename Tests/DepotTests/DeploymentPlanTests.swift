import Core
import Crypto
import Depot
import Testing

/// What a deployment does next, as tables of events and actions. [A36] [A37] [A39]
@Suite struct DeploymentPlanTests {
    static let components = Target(.components, Sample.digest(1))
    static let left = Target(Sample.left, Sample.digest(2))
    static let oldComponents = Target(.components, Sample.digest(8))
    static let oldLeft = Target(Sample.left, Sample.digest(9))

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var failure = Deployment.FailurePolicy.rollback
        var update = Deployment.UpdatePolicy.skip
        var stage = DepotRecord.Stage.arriving
        /// Seconds since the start, and what happened then.
        let events: [(Double, DeploymentPlan.Event)]
        let actions: [DeploymentPlan.Action]
    }

    static let arrived: [(Double, DeploymentPlan.Event)] = [(0, .done), (0, .done), (0, .done)]
    static let turned: [(Double, DeploymentPlan.Event)] = arrived + [(0, .done)]
    static let activated: [(Double, DeploymentPlan.Event)] = turned + [(0, .done), (0, .done)]
    static let begin: [DeploymentPlan.Action] = [.fetch, .verify, .stage]
    static let turn = begin + [.keep(.activate)]
    static let activate = turn + [.activate(components), .activate(left)]
    static let probe = activate + [.probe([.components, Sample.left])]
    static func end(_ result: DeploymentResult, _ reason: String = "") -> [DeploymentPlan.Action] {
        [.keep(.finish(result, reason: reason)), .nothing(result)]
    }
    static func back(_ reason: String) -> [DeploymentPlan.Action] {
        [
            .keep(.restore(reason: reason)), .activate(oldComponents), .activate(oldLeft),
            .probe([.components, Sample.left]),
        ]
    }
    static func at(_ seconds: Double) -> Instant { Instant(nanoseconds: Span64.seconds(1_000 + seconds)) }

    static let cases = [
        Case(
            testDescription: "all goes well", events: activated + [(1, .healthy), (1, .done)],
            actions: probe + end(.succeeded)),
        Case(
            testDescription: "nothing is fetched: nothing has changed",
            events: [(0, .failed("wrong digest")), (0, .done)],
            actions: [.fetch] + end(.failedNoStateChange, "wrong digest")),
        Case(
            testDescription: "a link that is down is waited for",
            events: [(0, .interrupted("link down")), (0.1, .progressed), (0.1, .cancel), (0.1, .done)],
            actions: [.fetch, .wait(until: at(0.1)), .fetch] + end(.canceled, "cancelled before anything had changed")),
        Case(
            testDescription: "the node will not have it", events: [(0, .done), (0, .failed("unsigned")), (0, .done)],
            actions: [.fetch, .verify] + end(.failedNoStateChange, "unsigned")),
        Case(
            testDescription: "staging takes too long", events: [(0, .done), (0, .done), (600, .notYet), (600, .done)],
            actions: begin + end(.failedNoStateChange, "not ready within 600 s")),
        Case(
            testDescription: "the record cannot be written: nothing has changed",
            events: arrived + [(0, .failed("disk full")), (0, .done)],
            actions: turn + end(.failedNoStateChange, "disk full")),
        Case(
            testDescription: "a sick place takes both back",
            events: activated + [
                (1, .unhealthy("sick")), (1, .done), (1, .done), (1, .done), (2, .healthy), (2, .done),
            ],
            actions: probe + back("sick") + end(.failedRollbackComplete, "sick")),
        Case(
            testDescription: "the second place cannot be activated",
            events: turned + [(0, .done), (0, .failed("no memory"))] + [
                (1, .done), (1, .done), (1, .done), (2, .healthy), (2, .done),
            ],
            actions: activate + back("no memory") + end(.failedRollbackComplete, "no memory")),
        Case(
            testDescription: "never healthy is not healthy",
            events: activated + [(59, .notYet), (60, .notYet)] + [
                (61, .done), (61, .done), (61, .done), (61, .healthy), (61, .done),
            ],
            actions: probe + [.wait(until: at(59.05))] + back("not healthy within 60 s")
                + end(.failedRollbackComplete, "not healthy within 60 s")),
        Case(
            testDescription: "an activation that never ends, ends",
            events: turned + [(60, .notYet), (61, .done), (61, .done), (61, .done), (61, .healthy), (61, .done)],
            actions: turn + [.activate(components)] + back("not healthy within 60 s")
                + end(.failedRollbackComplete, "not healthy within 60 s")),
        Case(
            testDescription: "a trigger during probation", events: activated + [(1, .triggered("LATENCY"))],
            actions: probe + [.keep(.restore(reason: "LATENCY"))]),
        Case(
            testDescription: "a trigger before the commit is written wins",
            events: activated + [(1, .healthy), (1, .triggered("ESCAPE"))],
            actions: probe + [.keep(.finish(.succeeded, reason: "")), .keep(.restore(reason: "ESCAPE"))]),
        Case(
            testDescription: "a commit that cannot be written is written later",
            events: activated + [(1, .healthy), (1, .failed("disk full")), (1.1, .done)],
            actions: probe + [.keep(.finish(.succeeded, reason: "")), .wait(until: at(1.1)), .nothing(.succeeded)]),
        Case(
            testDescription: "a full disk does not keep the last good ones from running",
            events: activated + [(1, .unhealthy("sick")), (1, .failed("disk full"))],
            actions: probe + [.keep(.restore(reason: "sick")), .activate(oldComponents)]),
        Case(
            testDescription: "the way back is blocked",
            events: activated + [
                (1, .unhealthy("sick")), (1, .done), (1, .failed("gone")), (1, .done), (2, .healthy), (2, .done),
            ],
            actions: probe + back("sick") + end(.failedUnableToRollback, "sick; the way back: gone")),
        Case(
            testDescription: "nobody asked for the way back", failure: .doNothing,
            events: activated + [(1, .unhealthy("sick")), (1, .done)],
            actions: probe + end(.failedRollbackNotRequested, "sick")),
        Case(
            testDescription: "cancel is too late", events: activated + [(1, .cancel), (1, .healthy), (1, .done)],
            actions: probe + [.probe([.components, Sample.left])] + end(.succeeded)),
        Case(
            testDescription: "asked, and granted", update: .notify(nanoseconds: 60 * Span64.second),
            events: arrived + [(0, .done)], actions: begin + [.ask, .keep(.activate)]),
        Case(
            testDescription: "deferred for 30 s: at 30 s", update: .notify(nanoseconds: 60 * Span64.second),
            events: arrived + [(0, .deferred(nanoseconds: 30 * Span64.second)), (30, .done)],
            actions: begin + [.ask, .wait(until: at(30)), .keep(.activate)]),
        Case(
            testDescription: "deferred for ever: at 60 s", update: .notify(nanoseconds: 60 * Span64.second),
            events: arrived + [
                (0, .deferred(nanoseconds: 90 * Span64.second)), (60, .deferred(nanoseconds: Span64.second)),
            ],
            actions: begin + [.ask, .wait(until: at(60)), .keep(.activate)]),
        Case(
            testDescription: "nobody answers", update: .notify(nanoseconds: 60 * Span64.second),
            events: arrived + [(60, .notYet)], actions: begin + [.ask, .keep(.activate)]),
        Case(
            testDescription: "started again on the way: once more", stage: .activated(restarts: 0),
            events: [(0, .done), (0, .done), (0, .done), (1, .healthy), (1, .done)],
            actions: [
                .keep(.countRestart), .activate(components), .activate(left), .probe([.components, Sample.left]),
            ]
                + end(.succeeded)),
        Case(
            testDescription: "started again too often", stage: .activated(restarts: 2),
            events: [(0, .done), (0, .done), (0, .done), (1, .healthy), (1, .done)],
            actions: back("the node was started 3 times before this was committed")
                + end(.failedRollbackComplete, "the node was started 3 times before this was committed")),
        Case(
            testDescription: "started again on the way back", stage: .restored,
            events: [(0, .done), (0, .done), (1, .healthy), (1, .done)],
            actions: back("").dropFirst() + end(.failedRollbackComplete)),
        Case(
            testDescription: "late events change nothing", stage: .arriving,
            events: [(0, .healthy), (0, .unhealthy("x")), (0, .triggered("x"))],
            actions: [.fetch, .fetch, .fetch, .fetch]),
    ]

    @Test(arguments: cases) func decides(_ test: Case) throws {
        var deployment = try Sample.deployment([Self.left, Self.components])
        deployment.failurePolicy = test.failure
        deployment.updatePolicy = test.update
        var plan = DeploymentPlan(
            .init(deployment: deployment, stage: test.stage), lastGood: [Self.oldComponents, Self.oldLeft])
        var actions = [plan.next(at: Self.at(0))]
        for (seconds, event) in test.events {
            // An event belongs to an action: a pause is over when it comes.
            if case .wait = actions[actions.count - 1], actions.count > 1,
                plan.next(at: Self.at(seconds)) == actions.last
            {
                Issue.record("the event at \(seconds) s comes before the pause is over")
            }
            plan.handle(event, at: Self.at(seconds))
            actions.append(plan.next(at: Self.at(seconds)))
        }
        #expect(actions == test.actions)
    }

    @Test func cancelIsHeardOnlyBeforeAnythingChanges() throws {
        var deployment = try Sample.deployment([Self.left])
        deployment.updatePolicy = .notify(nanoseconds: Span64.second)
        var plan = DeploymentPlan(.init(deployment: deployment, stage: .arriving), lastGood: [Self.oldLeft])
        plan.handle(.done, at: Self.at(0))
        plan.handle(.done, at: Self.at(0))
        plan.handle(.done, at: Self.at(0))
        #expect(plan.canBeCancelled)
        plan.handle(.done, at: Self.at(0))
        #expect(!plan.canBeCancelled)
    }
}
