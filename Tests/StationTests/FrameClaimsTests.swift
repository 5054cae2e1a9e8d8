import Core
import Testing

@testable import Station

/// Whose frame it is that names no part: a table of stories, in milliseconds. Of two parts that could own a frame none is
/// judged by it, and nobody ever gets another's.
@Suite struct FrameClaimsTests {
    enum Event: Sendable {
        /// A part is triggered.
        case part(UInt32, UInt64)
        /// A frame arrives; frames are numbered from 1.
        case frame(UInt64)
        /// A frame arrives that was taken at another time, by its own clock.
        case taken(UInt64, arrived: UInt64)
        case harm(UInt64)
        /// Parts may have come that nobody told of.
        case unknown(UInt64)
        case named(UInt32)
    }

    struct Story: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var after: UInt64 = 0
        var within: UInt64 = 300
        var late: UInt64 = 300
        var isOneEach = true
        let events: [Event]
        /// `1=11`: frame 1 is part 11's; `12?`: in doubt; `11!`: lost.
        let findings: [String]
    }

    private static func at(_ milliseconds: UInt64) -> Instant {
        Instant(nanoseconds: (10_000 + milliseconds) * Span64.millisecond)
    }

    private static func key(_ part: UInt32, _ milliseconds: UInt64) -> PartKey {
        PartKey(part: part, sequence: UInt16(part), triggered: at(milliseconds))
    }

    private static func findings(_ story: Story) -> [String] {
        var timing = FrameTiming()
        timing.after = story.after * Span64.millisecond
        timing.within = story.within * Span64.millisecond
        timing.late = story.late * Span64.millisecond
        timing.isOneEach = story.isOneEach
        var claims = FrameClaims(timing)
        var frames: UInt64 = 0
        var found: [FrameClaims.Finding] = []
        for event in story.events {
            switch event {
            case .part(let part, let time): claims.trigger(key(part, time), since: at(time))
            case .frame(let time):
                frames += 1
                claims.arrive(frames, at: at(time), taken: at(time))
            case .taken(let taken, let time):
                frames += 1
                claims.arrive(frames, at: at(time), taken: at(taken))
            case .harm(let time): claims.lose(at: at(time))
            case .unknown(let time): claims.forgetParts(before: at(time))
            case .named(let part): found += claims.name(part)
            }
            found += claims.decide(heard: .distantFuture)
        }
        return found.map(said)
    }

    private static func said(_ finding: FrameClaims.Finding) -> String {
        switch finding {
        case .shows(let frame, let key): "\(frame)=\(key.part)"
        case .doubtful(let key): "\(key.part)?"
        case .lost(let key): "\(key.part)!"
        }
    }

    private static let oneEach: [Story] = [
        Story(
            testDescription: "a part and its frame", events: [.part(1, 0), .frame(20), .part(2, 33), .frame(53)],
            findings: ["1=1", "2=2"]),
        Story(
            testDescription: "a late frame of a part that was given up is not the next part's",
            events: [.part(11, 0), .part(12, 380), .frame(400)], findings: []),
        Story(
            testDescription: "and when the next part's comes too, each has its own",
            events: [.part(11, 0), .part(12, 380), .frame(400), .frame(430)], findings: ["1=11", "2=12"]),
        Story(
            testDescription: "two wait, one frame is lost: neither is judged by the other",
            events: [.part(21, 0), .part(22, 100), .frame(120)], findings: []),
        Story(
            testDescription: "two wait, and both frames come",
            events: [.part(21, 0), .part(22, 100), .frame(120), .frame(140)], findings: ["1=21", "2=22"]),
        Story(
            testDescription: "the part after a silent loss shares the doubt, the one after a pause does not",
            events: [.part(1, 0), .part(2, 200), .frame(220), .part(3, 900), .frame(920)], findings: ["2=3"]),
        Story(
            testDescription: "as long as doubt lasts nobody is judged",
            events: [.part(1, 0), .part(2, 33), .frame(53), .part(3, 66), .frame(86), .part(4, 99), .frame(119)],
            findings: []),
        Story(
            testDescription: "a frame that comes too soon after a trigger is not its own",
            after: 30, within: 60, late: 0,
            events: [.part(1, 0), .part(2, 33), .frame(45), .part(3, 66), .frame(78), .frame(111)],
            findings: ["1=1", "2=2", "3=3"]),
        Story(
            testDescription: "with a narrow window a silent loss costs one part",
            after: 20, within: 45, late: 5,
            events: [.part(1, 0), .part(2, 33), .frame(70), .part(3, 66), .frame(103)], findings: ["1=2", "2=3"]),
        Story(
            testDescription: "a frame before every trigger is nobody's",
            events: [.frame(10), .part(1, 20), .frame(40)], findings: ["2=1"]),
        Story(
            testDescription: "a frame that came when the next part was not there yet is not the next part's",
            events: [.part(1, 0), .part(2, 20), .frame(10), .frame(30)], findings: ["1=1", "2=2"]),
        Story(
            testDescription: "a second frame of one part is nobody's while no other part came",
            events: [.part(1, 0), .frame(10), .frame(15), .part(2, 100), .frame(110)], findings: ["1=1", "3=2"]),
        Story(
            testDescription: "harm to the one that waits", events: [.part(1, 0), .harm(15), .part(2, 33), .frame(53)],
            findings: ["1!", "1=2"]),
        Story(
            testDescription: "harm while two wait", events: [.part(1, 0), .part(2, 33), .harm(40), .frame(53)],
            findings: ["1?", "2?"]),
        Story(
            testDescription: "parts that nobody told of",
            events: [.unknown(0), .part(1, 100), .frame(120), .part(2, 700), .frame(720)], findings: ["1?", "2=2"]),
        Story(
            testDescription: "a part whose frame names it owns no other",
            events: [.part(1, 0), .part(2, 33), .named(1), .frame(40)], findings: ["1=2"]),
        Story(
            testDescription: "a frame that names its part settles whose the other is",
            events: [.part(1, 0), .part(2, 33), .frame(40), .named(2)], findings: ["1=1"]),
    ]

    private static let freeRunning: [Story] = [
        Story(
            testDescription: "the first after the trigger, and no later one",
            isOneEach: false, events: [.part(1, 0), .frame(10), .frame(43), .frame(76), .part(2, 100), .frame(109)],
            findings: ["1=1", "4=2"]),
        Story(
            testDescription: "after the next trigger it may show either",
            isOneEach: false, events: [.part(1, 0), .part(2, 30), .frame(40)], findings: ["1?", "2?"]),
        Story(
            testDescription: "and two of them settle nothing but the doubt",
            isOneEach: false,
            events: [.part(1, 0), .part(2, 30), .frame(40), .frame(73), .part(3, 80), .frame(106)],
            findings: ["1?", "2?", "3=3"]),
        Story(
            testDescription: "parts that nobody told of are gone when the frame is taken",
            after: 20, isOneEach: false,
            events: [.part(1, 0), .unknown(10), .frame(25), .frame(58), .part(2, 100), .frame(130)],
            findings: ["1?", "3=2"]),
        Story(
            testDescription: "a damaged frame ends the wait",
            isOneEach: false, events: [.part(1, 0), .harm(10), .frame(43), .part(2, 60), .frame(76)],
            findings: ["1!", "2=2"]),
        Story(
            testDescription: "a frame that lay in a buffer was taken before the trigger",
            after: 100, isOneEach: false, events: [.part(1, 0), .frame(5), .frame(95), .frame(128)],
            findings: ["3=1"]),
        Story(
            testDescription: "a frame that lay in a buffer may show the part that came meanwhile",
            after: 100, isOneEach: false, events: [.part(1, 0), .part(2, 90), .frame(128), .frame(195)],
            findings: ["1?", "2=2"]),
        Story(
            testDescription: "a frame that says so itself too",
            isOneEach: false, events: [.part(1, 0), .taken(0, arrived: 12), .taken(33, arrived: 45)],
            findings: ["2=1"]),
    ]

    @Test(arguments: oneEach + freeRunning)
    func theOwnerIsCertainOrThereIsNone(_ story: Story) {
        #expect(Self.findings(story) == story.findings)
    }

    /// A trigger that is told after the frame came, and was before it, counts.
    @Test func nothingIsDecidedBeforeEveryTriggerIsKnown() {
        var timing = FrameTiming()
        timing.isOneEach = true
        var claims = FrameClaims(timing)
        claims.trigger(Self.key(1, 0), since: Self.at(0))
        claims.arrive(1, at: Self.at(50), taken: Self.at(50))
        #expect(claims.decide(heard: Self.at(49)).isEmpty && claims.isDeciding && claims.undecided == [1])
        claims.trigger(Self.key(2, 48), since: Self.at(48))
        #expect(claims.decide(heard: Self.at(50)).isEmpty && !claims.isDeciding)
        #expect(claims.isInDoubt && claims.undecided == [1])
    }

    /// Parts at 30 a second, some of whose frames are lost without a word, and all of which are as late as they may be:
    /// nobody is ever judged by another's, and where windows do not overlap only the lost ones are not judged.
    @Test(arguments: UInt64(1)...20, [true, false])
    func nobodyGetsAnothers(_ seed: UInt64, _ isNarrow: Bool) {
        var dice = LossDice(seed: seed)
        var timing = FrameTiming()
        timing.isOneEach = true
        timing.after = (isNarrow ? 20 : 0) * Span64.millisecond
        timing.within = 40 * Span64.millisecond
        timing.late = (isNarrow ? 8 : 40) * Span64.millisecond
        var claims = FrameClaims(timing)
        var events: [(time: UInt64, part: UInt32, isFrame: Bool)] = []
        var lost: Set<UInt32> = []
        var time: UInt64 = 0
        for part in UInt32(1)...400 {
            time += dice.next(33...40) + (dice.next(0...9) == 0 ? 200 : 0)
            events.append((time, part, false))
            // In order: the latest overtakes nobody.
            let arrival = time + dice.next(22...47)
            if dice.next(0...19) == 0 { lost.insert(part) } else { events.append((arrival, part, true)) }
        }
        events.sort { $0.time < $1.time }
        var shown: Set<UInt32> = []
        for event in events {
            if event.isFrame {
                claims.arrive(UInt64(event.part), at: Self.at(event.time), taken: Self.at(event.time))
            } else {
                claims.trigger(Self.key(event.part, event.time), since: Self.at(event.time))
            }
            for case .shows(let frame, let key) in claims.decide(heard: .distantFuture) {
                #expect(frame == UInt64(key.part), "part \(key.part) was shown the frame of part \(frame)")
                shown.insert(key.part)
            }
        }
        #expect(shown.isDisjoint(with: lost) && !shown.isEmpty)
        if isNarrow { #expect(shown.count == 400 - lost.count) }
    }
}

/// Chance that can be repeated.
private struct LossDice {
    private var state: UInt64
    init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 | 1 }

    mutating func next(_ range: ClosedRange<UInt64>) -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return range.lowerBound + state % UInt64(range.count)
    }
}
