import AWSEvents
import Core
import JSON
import Testing

@Suite struct PutEventsTests {
    private static let whole: Datum = ["Source": "plant", "DetailType": "Part", "Detail": "{\"a\": 1}"]

    private static func body(_ entries: [Datum]) -> [UInt8] { Datum.map(["Entries": .list(entries)]).json }

    @Test func readsWhatItWrites() throws {
        let entry = PutEventsEntry(
            source: "plant", detailType: "Part \"7\"", detail: "{\"a\":\"\\u00e4\u{1F642}\"}", time: 1_795_158_841_123,
            bus: "lines", resources: ["urn:a", "urn:b"], traceHeader: "Root=1")
        let readings = try PutEvents.entries(in: PutEvents.request([entry.json, entry.json]))
        #expect(try readings.map { try $0.get() } == [entry, entry])
    }

    /// 14 for the time, and the bytes of the rest.
    @Test func weighsAsTheManualSays() {
        var entry = PutEventsEntry(source: "ab", detailType: "ä", detail: "{}")
        #expect(entry.weight == 6)
        entry.time = 1
        entry.resources = ["abc", "d"]
        entry.bus = "does not count"
        #expect(entry.weight == 24)
    }

    struct Entry: Sendable, CustomTestStringConvertible {
        let key: String
        let value: Datum?
        let code: String
        var testDescription: String { "\(key) \(code)" }
    }

    @Test(arguments: [
        Entry(key: "Source", value: nil, code: "InvalidArgument"),
        Entry(key: "Source", value: "", code: "InvalidArgument"),
        Entry(key: "Source", value: "aws.events", code: "NotAuthorizedForSourceException"),
        Entry(key: "DetailType", value: nil, code: "InvalidArgument"),
        Entry(key: "Detail", value: nil, code: "InvalidArgument"),
        Entry(key: "Detail", value: "[1]", code: "MalformedDetail"),
        Entry(key: "Detail", value: "{", code: "MalformedDetail"),
        Entry(key: "Detail", value: "7", code: "MalformedDetail"),
    ])
    func refusesAnEntryAlone(_ testCase: Entry) throws {
        var bad = Self.whole.map ?? DatumMap()
        bad[testCase.key] = testCase.value
        let readings = try PutEvents.entries(in: Self.body([Self.whole, .map(bad), Self.whole]))
        guard case .failure(let problem) = readings[1] else { return #expect(Bool(false)) }
        #expect(problem.code == testCase.code)
        #expect((try? readings[0].get()) != nil && (try? readings[2].get()) != nil)
    }

    @Test func refusesARequestAsAWhole() {
        let heavy: Datum = [
            "Source": "s", "DetailType": "t", "Detail": .text("{\"a\":\"\(String(repeating: "x", count: 140_000))\"}"),
        ]
        let cases: [([UInt8], String)] = [
            (Self.body([]), "ValidationException"),
            (Self.body(Array(repeating: Self.whole, count: 11)), "ValidationException"),
            (Self.body([heavy, heavy]), "ValidationException"), (Array("{}".utf8), "ValidationException"),
            (Array("[".utf8), "SerializationException"), (Array("[]".utf8), "SerializationException"),
            (Self.body([7]), "SerializationException"), (Self.body([["Source": 7]]), "SerializationException"),
            (Self.body([["Time": "soon"]]), "SerializationException"),
        ]
        for (body, code) in cases {
            do throws(ServiceProblem) {
                _ = try PutEvents.entries(in: body)
                #expect(Bool(false), "\(code) was taken")
            } catch { #expect(error.code == code) }
        }
    }

    @Test func answersAsTheServiceDoes() {
        let fates: [PutEvents.Fate] = [
            .accepted(id: "1"), .failed(code: "MalformedDetail", message: "no"), .accepted(id: "2"),
        ]
        let answer = PutEvents.answer(fates)
        #expect(
            String(decoding: answer, as: UTF8.self)
                == #"{"FailedEntryCount":1,"Entries":[{"EventId":"1"},{"ErrorCode":"MalformedDetail","ErrorMessage":"no"},{"EventId":"2"}]}"#
        )
        #expect(PutEvents.fates(in: answer, count: 3) == fates)
        #expect(PutEvents.fates(in: answer, count: 2) == nil && PutEvents.fates(in: [], count: 0) == nil)
    }

    @Test func problemsNameThemselves() {
        let problem = ServiceProblem("ValidationException", "no")
        #expect(ServiceProblem.code(in: problem.json) == "ValidationException")
        #expect(ServiceProblem.message(in: problem.json) == "no")
        #expect(ServiceProblem.code(in: Array(#"{"__type":"com.amazon#Throttling"}"#.utf8)) == "Throttling")
        #expect(ServiceProblem.code(in: Array("<html>".utf8)) == nil)
    }
}
