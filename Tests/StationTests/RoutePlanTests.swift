import Core
import Station
import Testing

/// Which model judges which part (A49).
@Suite struct RoutePlanTests {
    private static func rule(
        _ name: String, parts: ClosedRange<Int>? = nil, brightness: ClosedRange<Double>? = nil,
        width: ClosedRange<Int>? = nil
    ) -> RouteRule {
        var rule = RouteRule(name: name)
        rule.partNumbers = parts
        rule.brightness = brightness
        rule.width = width
        return rule
    }

    private static func facts(_ part: Int, _ brightness: Double = 100, _ width: Int = 640) -> RouteFacts {
        RouteFacts(partNumber: part, brightness: brightness, width: width, height: 480)
    }

    @Test func threeRoutesTakeWhatIsTheirs() throws {
        let plan = try RoutePlan([
            Self.rule("gears", parts: 1...9), Self.rule("dark", parts: 10...99, brightness: 0...60),
            Self.rule("wide", parts: 10...99, brightness: 61...255, width: 1000...4000),
        ])
        for number in 0..<300 {
            let facts = Self.facts(number % 120, Double(number % 256), number % 2 == 0 ? 640 : 1920)
            let expected: Int? =
                switch facts.partNumber {
                case 1...9: 0
                case 10...99 where facts.brightness <= 60: 1
                case 10...99 where facts.brightness >= 61 && facts.width >= 1000: 2
                default: nil
                }
            #expect(plan.choose(facts) == expected, "\(facts)")
        }
    }

    private static func atCamera(_ address: String?) -> RouteRule {
        var rule = RouteRule(name: address ?? "any")
        rule.camera = address
        return rule
    }

    /// Stations may share their routes: each takes those for its camera.
    @Test(arguments: [
        ("gige://7", "gige://7", true), ("gige://7", "gige://8", false), ("gige://7", "gige://70", false),
        ("gige://7*", "gige://7?trigger=Line1", true), ("gige://*", "rtsp://host/7", false), ("*", "sim://", true),
    ])
    func aRouteForACamera(_ pattern: String, _ address: String, _ isMeant: Bool) throws {
        let plan = try RoutePlan([Self.atCamera(pattern)], camera: address)
        #expect(plan.choose(Self.facts(1)) == (isMeant ? 0 : nil))
    }

    @Test(
        arguments: [
            ("gige://7", "gige://8", false), ("gige://7", "gige://7", true), ("gige://7", "gige://*", true),
            ("gige://*", "gige://7", true), ("gige://7*", "gige://*", true), ("gige://7*", "gige://8*", false),
            ("gige://7", nil, true),
        ] as [(String, String?, Bool)])
    func routesForTheSameCameraAreRefused(_ one: String, _ other: String?, _ conflict: Bool) {
        let plan = Result { () throws(Fault) in try RoutePlan([Self.atCamera(one), Self.atCamera(other)]) }
        #expect((try? plan.get()) == nil ? conflict : !conflict)
    }

    @Test func anUnknownPartIsTheDefaultModels() throws {
        #expect(try RoutePlan([]).choose(Self.facts(7)) == nil)
        #expect(try RoutePlan([Self.rule("gears", parts: 1...9)]).choose(Self.facts(10)) == nil)
    }

    @Test(arguments: [
        (RoutePlanTests.rule("a", parts: 1...5), RoutePlanTests.rule("b", parts: 5...9), true),
        (RoutePlanTests.rule("a", parts: 1...5), RoutePlanTests.rule("b", parts: 6...9), false),
        (RoutePlanTests.rule("a", parts: 1...5), RoutePlanTests.rule("b", brightness: 0...50), true),
        (
            RoutePlanTests.rule("a", parts: 1...5, brightness: 0...50),
            RoutePlanTests.rule("b", parts: 1...5, brightness: 50.5...255), false
        ),
        (RoutePlanTests.rule("a", width: 640...640), RoutePlanTests.rule("b", width: 641...700), false),
    ])
    func twoThatFitTheSamePartsAreRefused(_ one: RouteRule, _ other: RouteRule, _ conflict: Bool) {
        let plan = Result { () throws(Fault) in try RoutePlan([one, other]) }
        switch plan {
        case .success: #expect(!conflict)
        case .failure(let fault):
            #expect(conflict)
            #expect(fault.message.contains("'a'") && fault.message.contains("'b'"))
        }
    }
}
