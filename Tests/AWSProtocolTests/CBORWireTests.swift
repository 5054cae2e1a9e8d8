import AWSProtocol
import CBOR
import Core
import Testing

/// Requests, answers and refusals of RPC v2.
@Suite struct CBORWireTests {
    private static let members = [
        Member("Text"), Member("Whole", .whole), Member("Number", .number), Member("Is", .flag), Member("At", .time),
        Member("Blob", .blob), Member("List", .list(.number)), Member("Map", .map(.text)),
        Member("Part", .structure([Member("At", .time)])), Member("Any", .anything),
    ]
    private static let operation = Operation("Ask", members) { call throws(ServiceProblem) in .map(call.input) }
    private static let directory = ServiceDirectory([
        AWSService("test", .query, version: "1", operations: [operation]),
        AWSService("test", .json10, targets: ["Test_1"], version: "1", operations: [operation]),
        AWSService(
            "test", .cbor, targets: ["Test_1"], version: "1", olderCodes: ["Gone": "Old.Gone"],
            answers: ["At": .time, "Times": .time, "Blob": .blob], operations: [operation]),
    ])
    private static let path = ["service", "Test_1", "operation", "Ask"]

    private static func read(
        _ body: [UInt8], method: String = "POST", path: [String] = path, fields: [String: String] = [:]
    ) throws -> Datum? {
        let named = ["smithy-protocol": "rpc-v2-cbor"].merging(fields) { $1 }
        let request = WireRequest(method: method, path: path, query: [], fields: named, body: body)
        guard let service = directory.service(signedFor: "test", request) else { return nil }
        let (operation, input) = try directory.find(request, in: service)
        try directory.check(input, of: operation, service)
        return .map(input)
    }

    private static func read(_ members: [(String, CBORValue)]) throws -> Datum? {
        try read(CBORValue.map(members.map { .init($0.0, $0.1) }).encoded)
    }

    // MARK: the way

    @Test(arguments: [
        path, ["v1"] + path, ["a", "b"] + path, ["service", "com.example.Test_1", "operation", "Ask"],
    ])
    func findsByPath(_ path: [String]) throws { #expect(try Self.read([], path: path) == [:]) }

    @Test(arguments: [
        [], ["service", "Test_2", "operation", "Ask"], ["service", "Test_1", "operations", "Ask"], path + ["more"],
        ["Test_1", "operation", "Ask"], ["service", "", "operation", "Ask"],
    ])
    func nobodyIsNobody(_ path: [String]) throws { #expect(try Self.read([], path: path) == nil) }

    @Test func knowsItsOwnNameAlone() throws {
        #expect(try Self.read([], fields: ["smithy-protocol": "rpc-v2-json"]) == nil)
    }

    @Test func olderProtocolsFindTheirs() throws {
        let fields = ["x-amz-target": "Test_1.Ask"]
        let request = WireRequest(method: "POST", path: Self.path, query: [], fields: fields, body: [])
        #expect(Self.directory.service(signedFor: "test", request)?.wire == .json10)
        let form = WireRequest(method: "POST", path: [], query: [], fields: [:], body: [])
        #expect(Self.directory.service(signedFor: "test", form)?.wire == .query)
    }

    @Test func aTargetBesideThePathIsRefused() {
        #expect {
            try Self.read([], fields: ["x-amz-target": "Test_1.Ask"])
        } throws: { ($0 as? ServiceProblem)?.code == "SerializationException" }
    }

    @Test(arguments: [("GET", "Ask", 405), ("POST", "Tell", 400), ("POST", "", 400), ("POST", "com.example.Ask", 400)])
    func namesWhatIsNotThere(_ method: String, _ name: String, _ status: Int) {
        #expect {
            try Self.read([], method: method, path: ["service", "Test_1", "operation", name])
        } throws: {
            let problem = $0 as? ServiceProblem
            return problem?.code == "UnknownOperationException" && problem?.status == status
        }
    }

    // MARK: requests

    @Test(
        arguments: [
            ([], [:]), ([("Text", .text("a")), ("Is", .bool(true))], ["Text": "a", "Is": true]),
            ([("Whole", .whole(-7)), ("Number", .whole(7))], ["Whole": -7, "Number": 7]),
            ([("Number", .number(1.5)), ("At", .time(1.5))], ["Number": .number(1.5), "At": .number(1.5)]),
            ([("Blob", .bytes([1, 2, 3]))], ["Blob": "AQID"]), ([("Blob", .bytes([]))], ["Blob": ""]),
            ([("List", .list([.whole(1), .number(0.5)]))], ["List": [1, .number(0.5)]]),
            ([("Map", .map([.init("k", .text("v"))]))], ["Map": ["k": "v"]]),
            ([("Part", .map([.init("At", .time(2)), .init("Other", .whole(1))]))], ["Part": ["At": .number(2)]]),
            ([("Other", .number(.nan)), ("Text", .null)], ["Text": nil]),
            (
                [("Any", .map([.init("a", .list([.bytes([255]), .time(1), .null]))]))],
                ["Any": ["a": ["/w==", .number(1), nil]]]
            ),
        ] as [([(String, CBORValue)], Datum)]) func readsMembers(
            _ members: [(String, CBORValue)], _ wanted: Datum
        ) throws
    { #expect(try Self.read(members) == wanted) }

    @Test(arguments: [
        ("Text", CBORValue.whole(1)), ("Text", .bytes([97])), ("Whole", .number(1)), ("Whole", .text("1")),
        ("Whole", .time(1)), ("Number", .time(1)), ("Number", .text("1")), ("Is", .whole(1)), ("At", .number(1)),
        ("At", .whole(1)), ("At", .text("2026-11-20T00:00:00Z")), ("At", .time(1e12)), ("Blob", .text("AQID")),
        ("List", .map([])),
        ("List", .list([.null])), ("List", .number(1)), ("Map", .list([])), ("Map", .map([.init("k", .whole(1))])),
        ("Part", .list([])), ("Part", .map([.init("At", .text("now"))])),
    ])
    func refusesWhatIsOfAnotherKind(_ name: String, _ value: CBORValue) {
        #expect { try Self.read([(name, value)]) } throws: {
            ($0 as? ServiceProblem)?.code == "SerializationException"
        }
    }

    @Test(arguments: [
        ("Number", CBORValue.number(.nan)), ("Number", .number(-.infinity)), ("At", .time(.nan)),
        ("List", .list([.number(.infinity)])), ("Any", .list([.number(.nan)])),
    ])
    func refusesWhatIsNoNumber(_ name: String, _ value: CBORValue) {
        #expect { try Self.read([(name, value)]) } throws: {
            let problem = $0 as? ServiceProblem
            return problem?.code == "ValidationException" && problem?.message.contains(name) == true
        }
    }

    @Test(arguments: ["80", "00", "ff", "a1", "7b00", "a0a0"]) func refusesWhatIsNoObject(_ hex: String) {
        let digits = hex.compactMap(\.hexDigitValue)
        let body = stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
        #expect { try Self.read(body) } throws: { ($0 as? ServiceProblem)?.code == "SerializationException" }
    }

    // MARK: answers

    @Test func answersWithTimesAndBytes() throws {
        let service = Self.directory.services[2]
        let output: Datum = [
            "At": .number(1.5), "Times": [1, .number(2.5)], "Blob": "AQID", "Gone": .null, "Number": .number(1),
            "Rows": [["At": 7, "Name": "a", "Gone": .null]], "Is": true,
        ]
        let answer = WireAnswer.answer(output, of: Self.operation, service, requestID: "R")
        #expect(answer.status == 200 && answer.smithyName == "rpc-v2-cbor")
        let rows = CBORValue.list([.map([.init("At", .time(7)), .init("Name", .text("a"))])])
        #expect(
            try CBORValue(parsing: answer.body)
                == .map([
                    .init("At", .time(1.5)), .init("Times", .list([.time(1), .time(2.5)])),
                    .init("Blob", .bytes([1, 2, 3])), .init("Number", .number(1)), .init("Rows", rows),
                    .init("Is", .bool(true)),
                ]))
    }

    @Test func whoHasNothingToSaySendsNothing() {
        let service = Self.directory.services[2]
        let answers = [Datum.null, [:]].map {
            WireAnswer.answer($0, of: Self.operation, service, requestID: "R")
        }
        #expect(answers.map(\.body) == [[], [0xa0]])
    }

    @Test func refusesInItsOwnWords() throws {
        var problem = ServiceProblem("Gone", "why", status: 404)
        problem.documents = ["faults": [["Path": "/"]]]
        let answer = WireAnswer.refusal(problem, Self.directory.services[2], requestID: "R")
        #expect(answer.status == 404 && answer.queryError == "Old.Gone;Sender" && answer.errorType == nil)
        #expect(
            try CBORValue(parsing: answer.body)
                == .map([
                    .init("__type", .text("Gone")), .init("message", .text("why")),
                    .init("faults", .list([.map([.init("Path", .text("/"))])])),
                ]))
    }
}
