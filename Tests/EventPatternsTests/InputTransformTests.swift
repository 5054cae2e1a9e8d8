import Core
import EventPatterns
import JSON
import Testing

@Suite struct InputTransformTests {
    private static let paths = [
        "instance": "$.detail.instance-id", "state": "$.detail.state", "count": "$.detail.count", "ok": "$.detail.ok",
        "none": "$.detail.none", "tags": "$.detail.tags", "say": "$.detail.say", "gone": "$.detail.gone",
        "first": "$.detail.tags[0]", "detail": "$.detail", "all": "$",
    ]
    private static let event: Datum = [
        "id": "7", "detail-type": "Part",
        "detail": [
            "instance-id": "i-0123456789", "state": "RUNNING", "count": 5, "ok": true, "none": nil,
            "tags": ["a", "b"], "say": "a \"b\" \\ c\n",
        ],
    ]
    private static let reserved: [String: Datum] = [
        "aws.events.rule-arn": "arn:aws:events:us-east-2:123456789012:rule/example", "aws.events.rule-name": "example",
        "aws.events.event.ingestion-time": "2026-01-02T03:04:05Z",
    ]
    private static let detailJSON =
        #"{"instance-id":"i-0123456789","state":"RUNNING","count":5,"ok":true,"none":null,"tags":["a","b"],"say":"a \"b\" \\ c\n"}"#

    private static func output(_ template: String, reserved: [String: Datum] = reserved) throws -> String {
        let transform = try InputTransform(paths: paths, template: template)
        return String(decoding: transform.apply(event, reserved: reserved), as: UTF8.self)
    }

    /// AWS's own examples come first.
    @Test(arguments: [
        (#""instance <instance> is in <state>""#, #""instance i-0123456789 is in RUNNING""#),
        (#""instance \"<instance>\" is in <state>""#, #""instance \"i-0123456789\" is in RUNNING""#),
        (#"{"instance":<instance>,"state":<state>}"#, #"{"instance":"i-0123456789","state":"RUNNING"}"#),
        (
            #"{ "state": "<state>", "status": "instance \"<instance>\" is in <state>" }"#,
            #"{"state":"RUNNING","status":"instance \"i-0123456789\" is in RUNNING"}"#
        ),
        (
            "{\n  \"state\": [ 9, <state>, true ],\n\t\"Transformed\" : \"Yes it is\"\r\n}",
            #"{"state":[9,"RUNNING",true],"Transformed":"Yes it is"}"#
        ),
        (#"{"count":<count>,"ok":<ok>,"none":<none>}"#, #"{"count":5,"ok":true,"none":null}"#),
        (#""<count> <ok> <none>""#, #""5 true null""#), (#"{"tags":<tags>}"#, #"{"tags":["a","b"]}"#),
        (#"{"first":<first>}"#, #"{"first":"a"}"#), (#""tags <tags>""#, #""tags [\"a\",\"b\"]""#),
        (#"{"say":<say>}"#, #"{"say":"a \"b\" \\ c\n"}"#), (#"{"say":"<say>"}"#, #"{"say":"a \"b\" \\ c\n"}"#),
        (#"{"gone":<gone>}"#, #"{"gone":""}"#), (#"{"gone":"<gone>!"}"#, #"{"gone":"!"}"#),
        (#""info <gone>""#, #""info ""#), ("<instance>", #""i-0123456789""#), ("<detail>", detailJSON),
        (" [<count>, <count>] ", "[5,5]"), (#"{"a":"fixed"}"#, #"{"a":"fixed"}"#), ("7", "7"),
        ("\"line one: <state>\"\n\"line two: <count>\"", "\"line one: RUNNING\"\n\"line two: 5\""),
        (#""a < b > c, <b c>, < and <>""#, #""a < b > c, <b c>, < and <>""#), (#""\\<state>""#, #""\\RUNNING""#),
        (#""<<state>>""#, #""<RUNNING>""#), (#""{[/ <state>""#, #""{[/ RUNNING""#),
        (#"{"k":"é <state>"}"#, #"{"k":"é RUNNING"}"#),
    ])
    func fills(_ template: String, _ output: String) throws { #expect(try Self.output(template) == output) }

    @Test(arguments: [
        (#"{"arn":<aws.events.rule-arn>}"#, #"{"arn":"arn:aws:events:us-east-2:123456789012:rule/example"}"#),
        (#""<aws.events.rule-name> triggered""#, #""example triggered""#),
        (#"{"at":<aws.events.event.ingestion-time>}"#, #"{"at":"2026-01-02T03:04:05Z"}"#),
        (#"{"event":<aws.events.event>}"#, #"{"event":{"id":"7","detail-type":"Part"}}"#),
        (#"{"event":<aws.events.event.json>}"#, #"{"event":{"id":"7","detail-type":"Part","detail":\#(detailJSON)}}"#),
        ("<all>", #"{"id":"7","detail-type":"Part","detail":\#(detailJSON)}"#),
    ])
    func fillsReservedVariables(_ template: String, _ output: String) throws {
        #expect(try Self.output(template) == output)
    }

    @Test func theDelivererHasTheLastWord() throws {
        #expect(try Self.output("<aws.events.event>", reserved: ["aws.events.event": ["own": 1]]) == #"{"own":1}"#)
        #expect(try Self.output(#"{"n":<aws.events.rule-name>}"#, reserved: [:]) == #"{"n":""}"#)
    }

    @Test func namesOfReservedVariables() {
        #expect(ReservedVariable.allCases.map(\.rawValue).filter { Self.reserved[$0] != nil }.count == 3)
        #expect(ReservedVariable.allCases.count == 5)
    }

    /// Whatever the event holds, what comes out of a JSON template is JSON.
    @Test(arguments: ["\"", "\\", "\n\t\u{1}", "<state>", "é\u{1F642}", "\",\"x\":\"", ""])
    func outputStaysJSON(_ text: String) throws {
        let transform = try InputTransform(
            paths: ["t": "$.t", "m": "$.m"], template: #"{"in":"<t>","out":<t>,"m":"<m>"}"#)
        let output = try Datum(json: transform.apply(["t": .text(text), "m": ["k": .text(text)]]))
        #expect(output["in"]?.text == text && output["out"]?.text == text)
        #expect(try Datum(json: Array((output["m"]?.text ?? "").utf8)) == ["k": .text(text)])
    }

    @Test(arguments: [
        (#""<unknown>""#, "InputTemplate contains invalid placeholder unknown."),
        ("{\"a\":<aws.events.other>}", "InputTemplate contains invalid placeholder aws.events.other."),
        ("", "InputTemplate is not valid. Reason: it must have 1 to 8192 bytes"),
        (
            "\"" + String(repeating: "x", count: 8191) + "\"",
            "InputTemplate is not valid. Reason: it must have 1 to 8192 bytes"
        ),
    ])
    func refuses(_ template: String, _ reason: String) {
        let refusal = #expect(throws: PatternRefusal.self) {
            try InputTransform(paths: Self.paths, template: template)
        }
        #expect(refusal?.reason == reason)
    }

    @Test(arguments: [
        "<instance> is in <state>", "plain", #"{"a":<state>"#, #"{<state>:1}"#, #"{"a":<state><state>}"#,
        #""open <state>"#,
        "\"good\"\nbad", #"["a" <state>]"#, #"-<count>"#,
    ])
    func refusesWhatIsNoJSON(_ template: String) {
        let refusal = #expect(throws: PatternRefusal.self) {
            try InputTransform(paths: Self.paths, template: template)
        }
        #expect(
            refusal?.reason == "InputTemplate is not valid. Reason: it is not JSON; for strings, quotes are required")
    }

    @Test(arguments: ["", "a.b", "aws.events.event", "a b", "é", "<a>", String(repeating: "a", count: 257)])
    func refusesNames(_ name: String) {
        let refusal = #expect(throws: PatternRefusal.self) { try InputTransform(paths: [name: "$"], template: "1") }
        #expect(refusal?.reason == "InputPathsMap contains invalid key \(name).")
    }

    @Test func refusesBadAndTooManyPaths() {
        func paths(_ count: Int) -> [String: String] {
            Dictionary(uniqueKeysWithValues: (0..<count).map { ("n\($0)", "$.a") })
        }
        #expect(throws: Never.self) { try InputTransform(paths: paths(100), template: "<n99>") }
        let tooMany = #expect(throws: PatternRefusal.self) { try InputTransform(paths: paths(101), template: "<n99>") }
        #expect(tooMany?.reason == "InputPathsMap has more than 100 entries.")
        let bad = #expect(throws: PatternRefusal.self) { try InputTransform(paths: ["a": "a"], template: "<a>") }
        #expect(bad?.reason == "InputPath is not valid. Reason: it must begin with $: a")
    }
}
