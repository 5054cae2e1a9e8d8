import Core
import Crypto
import Depot
import Files
import Testing

/// Whole deployments on a real disk. [A19] [A35] [A36] [A39] [D40]
@Suite struct DeployerTests {
    let one = SampleRelease(1)
    let two = SampleRelease(2)
    let three = SampleRelease(3)

    @Test func installsAndReplaces() throws {
        let bench = try Workbench()
        let deployer = try bench.deployer()
        #expect(try bench.deploy([(Sample.left, one), (.components, two)], id: "d1", with: deployer) == .succeeded)
        #expect(bench.line.running == [Sample.left: one.digest, .components: two.digest])
        #expect(bench.line.log == ["components", "station/left", "SUCCEEDED"])
        #expect(try bench.deploy([(Sample.left, three)], id: "d2", created: 2, with: deployer) == .succeeded)
        let pointers = deployer.depot.record[Sample.left]
        #expect(pointers.active == three.digest && pointers.good == three.digest && pointers.before == one.digest)
        #expect(pointers.candidate == nil)
    }

    @Test func aSickReleaseGoesBackInAllPlaces() throws {
        let bench = try Workbench()
        let deployer = try bench.deployer()
        try bench.deploy([(Sample.left, one), (.components, one)], id: "d1", with: deployer)
        bench.line.sick = [two.digest]
        #expect(
            try bench.deploy([(Sample.left, two), (.components, three)], id: "d2", created: 2, with: deployer)
                == .failedRollbackComplete)
        #expect(bench.line.running == [Sample.left: one.digest, .components: one.digest])
        #expect(deployer.depot.record.finished("d2")?.reason == "station/left: sick")
        #expect(deployer.depot.record[Sample.left].good == one.digest)
        #expect(!deployer.depot.holds(two.digest))

        // One rollback a release; then a person decides.
        bench.line.sick = []
        let held = try bench.deploy([(Sample.left, two)], id: "d3", created: 3, with: deployer)
        #expect(held == .failedNoStateChange)
        #expect(deployer.depot.record[Sample.left].held == [two.digest])
        #expect(
            try bench.deploy([(Sample.left, two)], id: "d4", created: 4, with: deployer) { $0.takesHeld = true }
                == .succeeded)
        #expect(deployer.depot.record[Sample.left].held.isEmpty)
    }

    @Test func aPersonReleasesWhatIsHeld() throws {
        let bench = try Workbench()
        let deployer = try bench.deployer()
        bench.line.sick = [two.digest]
        #expect(try bench.deploy([(Sample.left, two)], id: "d1", with: deployer) == .failedRollbackComplete)
        bench.line.sick = []
        try deployer.release(two.digest, in: Sample.left)
        #expect(try bench.deploy([(Sample.left, two)], id: "d2", created: 2, with: deployer) == .succeeded)
    }

    /// A person's "undo" is a deployment of what was good before; nothing has to be fetched.
    @Test func undoesWithoutALink() throws {
        let bench = try Workbench()
        let deployer = try bench.deployer()
        try bench.deploy([(Sample.left, one)], id: "d1", with: deployer)
        try bench.deploy([(Sample.left, two)], id: "d2", created: 2, with: deployer)
        bench.shop.blobs = [:]
        let before = deployer.depot.record[Sample.left].before
        _ = try deployer.submit(
            try Sample.deployment([Target(Sample.left, before)], id: "undo", group: "LOCAL_DEPLOYMENT"), documents: [])
        bench.turn(deployer)
        #expect(deployer.depot.record.finished("undo")?.result == .succeeded)
        #expect(bench.line.running == [Sample.left: one.digest])
        #expect(deployer.depot.record[Sample.left].before == two.digest)
    }

    /// A release that fails after its commit does not come back by itself either.
    @Test func holdsWhatFailedAfterItsCommit() throws {
        let bench = try Workbench()
        let deployer = try bench.deployer()
        try bench.deploy([(Sample.left, one)], id: "d1", with: deployer)
        try bench.deploy([(Sample.left, two)], id: "d2", created: 2, with: deployer)
        #expect(
            try bench.deploy([(Sample.left, one)], id: "back", created: 3, with: deployer) { $0.holdsReplaced = true }
                == .succeeded)
        #expect(try bench.deploy([(Sample.left, two)], id: "d3", created: 4, with: deployer) == .failedNoStateChange)
        #expect(bench.line.running == [Sample.left: one.digest])
    }

    @Test func nothingBeforeItMeansNothingAfterIt() throws {
        let bench = try Workbench()
        bench.line.slow = [one.digest]
        let deployer = try bench.deployer()
        #expect(try bench.deploy([(Sample.left, one)], id: "d1", with: deployer) == .failedRollbackComplete)
        #expect(bench.line.running.isEmpty)
        #expect(bench.time >= 60 * Span64.second)
        #expect(try bench.blobs().isEmpty)
    }

    @Test func aPlaceIsGivenUp() throws {
        let bench = try Workbench()
        let deployer = try bench.deployer()
        try bench.deploy([(Sample.left, one)], id: "d1", with: deployer)
        _ = try deployer.submit(
            try Sample.deployment([Target(Sample.left, nil)], id: "d2", created: 2), documents: [])
        bench.turn(deployer)
        #expect(deployer.depot.record.finished("d2")?.result == .succeeded)
        #expect(bench.line.running.isEmpty)
        #expect(deployer.depot.record[Sample.left].before == one.digest)
    }

    @Test func refusesTheStaleTheRepeatedAndTheSecond() throws {
        let bench = try Workbench()
        let deployer = try bench.deployer()
        #expect(try bench.deploy([(Sample.left, one)], id: "d1", created: 5, with: deployer) == .succeeded)
        #expect(try bench.deploy([(Sample.left, two)], id: "d2", created: 4, with: deployer) == .rejected)
        bench.shop.stock(three)
        let repeated = try Sample.deployment([Target(Sample.left, three.digest)], id: "d1", created: 5)
        guard case .over(let finished) = try deployer.submit(repeated, documents: [three.document]) else {
            Issue.record("a deployment that is over ran again")
            return
        }
        #expect(finished.result == .succeeded)
        let third = try Sample.deployment([Target(Sample.left, three.digest)], id: "d3", created: 6)
        #expect(try deployer.submit(third, documents: [three.document]) == .accepted)
        #expect(try deployer.submit(third, documents: [three.document]) == .accepted)
        let fourth = try Sample.deployment([Target(Sample.left, one.digest)], id: "d4", created: 7)
        #expect(throws: Fault.self) { try deployer.submit(fourth, documents: [one.document]) }
        bench.turn(deployer)
        #expect(deployer.depot.record.finished("d3")?.result == .succeeded)
    }

    @Test func whatDoesNotFitIsRefusedBeforeTheFirstByte() throws {
        let bench = try Workbench()
        bench.settings.bytesMax = 300_000
        let deployer = try bench.deployer()
        #expect(try bench.deploy([(Sample.left, one)], id: "d1", with: deployer) == .succeeded)
        let before = try bench.tree()
        let huge = SampleRelease(2, bytes: 250_000)
        let delivered = bench.shop.delivered
        #expect(try bench.deploy([(Sample.left, huge)], id: "d2", created: 2, with: deployer) == .failedNoStateChange)
        #expect(deployer.depot.record.finished("d2")?.reason.contains("at most 300000") == true)
        #expect(bench.shop.delivered == delivered)
        #expect(try bench.tree() == before)
    }

    @Test func aBrokenLinkIsResumed() throws {
        let bench = try Workbench()
        bench.settings.flushBytes = 20_000
        let deployer = try bench.deployer()
        bench.shop.breaksAfter = 55_000
        #expect(try bench.deploy([(Sample.left, one)], id: "d1", with: deployer) == .succeeded)
        #expect(bench.shop.offsets.contains(50_000))
        #expect(bench.shop.delivered == one.blobs.reduce(0) { $0 + $1.count })
    }

    /// A source that is slow comes back early, with little or nothing: it is asked for the rest, and for nothing twice.
    @Test func aSlowSourceIsTakenInTurns() throws {
        let bench = try Workbench()
        let deployer = try bench.deployer()
        bench.shop.turns = [0, 2, 0, 1]
        #expect(try bench.deploy([(Sample.left, one)], id: "d1", with: deployer) == .succeeded)
        #expect(bench.shop.offsets.prefix(4) == [0, 0, 20_000, 20_000])
        #expect(bench.shop.delivered == one.blobs.reduce(0) { $0 + $1.count })
    }

    /// A node that ends keeps what has come, also between two turns.
    @Test func aFetchIsKeptWhenTheNodeEnds() throws {
        let bench = try Workbench()
        bench.shop.turns = [3]
        bench.shop.stock(one)
        do {
            let deployer = try bench.deployer()
            _ = try deployer.submit(
                try Sample.deployment([Target(Sample.left, one.digest)]), documents: [one.document])
            _ = deployer.turn(now: Instant(nanoseconds: 0))
            deployer.close()
        }
        let deployer = try bench.deployer()
        bench.turn(deployer)
        #expect(deployer.depot.record.finished("d1")?.result == .succeeded)
        #expect(bench.shop.offsets.prefix(2) == [0, 30_000])
    }

    @Test func aForgedBlobIsNeverActive() throws {
        let bench = try Workbench()
        let deployer = try bench.deployer()
        try bench.deploy([(Sample.left, one)], id: "d1", with: deployer)
        bench.shop.stock(two)
        bench.shop.blobs[two.references[0].digest]?[500] ^= 1
        _ = try deployer.submit(
            try Sample.deployment([Target(Sample.left, two.digest)], id: "d2", created: 2), documents: [two.document])
        bench.turn(deployer)
        #expect(deployer.depot.record.finished("d2")?.result == .failedNoStateChange)
        #expect(deployer.depot.record.finished("d2")?.reason.contains("has the digest") == true)
        #expect(bench.line.running == [Sample.left: one.digest])
        #expect(try bench.blobs().count == 4)
    }

    @Test func cancelledBeforeAnythingChanged() throws {
        let bench = try Workbench()
        let deployer = try bench.deployer()
        bench.shop.stock(one)
        _ = try deployer.submit(try Sample.deployment([Target(Sample.left, one.digest)]), documents: [one.document])
        _ = deployer.turn(now: Instant(nanoseconds: 0))
        deployer.cancellation.ask()
        bench.turn(deployer)
        #expect(deployer.depot.record.finished("d1")?.result == .canceled)
        #expect(bench.line.running.isEmpty)
        #expect(try bench.blobs().isEmpty)
    }

    @Test func threeStartsWithoutACommitGoBack() throws {
        let bench = try Workbench()
        try bench.deploy([(Sample.left, one)], id: "d1", with: try bench.deployer())
        bench.line.slow = [two.digest]
        bench.shop.stock(two)
        do {
            let deployer = try bench.deployer()
            _ = try deployer.submit(
                try Sample.deployment([Target(Sample.left, two.digest)], id: "d2", created: 2),
                documents: [two.document])
            bench.turn(deployer, turns: 12)
            #expect(bench.line.running == [Sample.left: two.digest])
        }
        for _ in 1...2 {
            bench.line.running = [:]
            let deployer = try bench.deployer()
            bench.turn(deployer, turns: 6)
            #expect(bench.line.running == [Sample.left: two.digest])
        }
        bench.line.running = [:]
        let deployer = try bench.deployer()
        bench.turn(deployer)
        #expect(bench.line.running == [Sample.left: one.digest])
        #expect(deployer.depot.record.finished("d2")?.result == .failedRollbackComplete)
    }

    @Test func aTriggerOnProbationGoesBack() throws {
        let bench = try Workbench()
        let deployer = try bench.deployer()
        try bench.deploy([(Sample.left, one)], id: "d1", with: deployer)
        #expect(!deployer.trigger("LATENCY", now: Instant(nanoseconds: 0)))
        bench.line.slow = [two.digest]
        bench.shop.stock(two)
        _ = try deployer.submit(
            try Sample.deployment([Target(Sample.left, two.digest)], id: "d2", created: 2), documents: [two.document])
        bench.turn(deployer, turns: 12)
        #expect(deployer.trigger("LATENCY", now: Instant(nanoseconds: bench.time)))
        bench.turn(deployer)
        #expect(deployer.depot.record.finished("d2")?.reason == "LATENCY")
        #expect(bench.line.running == [Sample.left: one.digest])
    }
}
