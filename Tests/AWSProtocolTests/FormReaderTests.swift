import AWSProtocol
import Core
import Testing

/// Forms of the query protocol, read by their declarations.
@Suite struct FormReaderTests {
    private static let members = [
        Member("Name"), Member("Count", .whole), Member("Is", .flag), Member("At", .time),
        Member("Tags", .list(.structure([Member("Key"), Member("Value")]))), Member("Ids", .list(.text)),
        Member("Map", .map(.text)),
    ]

    private static func directory() -> ServiceDirectory {
        let operation = Operation("Ask", members) { call throws(ServiceProblem) in .map(call.input) }
        return ServiceDirectory([AWSService("test", .query, version: "2020-01-01", operations: [operation])])
    }

    private static func read(_ form: String, method: String = "POST") throws -> Datum {
        let request = WireRequest(
            method: method, path: [], query: [], fields: [:], body: Array(("Action=Ask&" + form).utf8))
        let directory = directory()
        return .map(try directory.find(request, in: directory.services[0]).1)
    }

    @Test(
        arguments: [
            ("", [:]),
            ("Name=a%20b+c", ["Name": "a b c"]),
            ("Name=%C3%A4", ["Name": "ä"]),
            ("Name=100%", ["Name": "100%"]),
            ("Count=7&Is=true", ["Count": 7, "Is": true]),
            ("At=2026-11-20T00%3A00%3A00Z", ["At": .number(1_795_132_800)]),
            ("At=12.5", ["At": .number(12.5)]),
            ("Ids.member.1=x&Ids.member.2=y", ["Ids": ["x", "y"]]),
            ("Ids.member.2=y", [:]),
            ("Ids=", ["Ids": []]),
            (
                "Tags.member.1.Key=a&Tags.member.1.Value=1&Tags.member.2.Key=b",
                ["Tags": [["Key": "a", "Value": "1"], ["Key": "b"]]]
            ),
            ("Map.entry.1.key=k&Map.entry.1.value=v", ["Map": ["k": "v"]]),
            ("Other=1", [:]),
        ] as [(String, Datum)]) func readsForms(_ form: String, _ wanted: Datum) throws
    {
        #expect(try Self.read(form) == wanted)
    }

    @Test(arguments: ["Count=seven", "Is=yes", "At=yesterday", "Count="])
    func refusesWhatIsOfAnotherKind(_ form: String) {
        #expect { try Self.read(form) } throws: { ($0 as? ServiceProblem)?.code == "MalformedInput" }
    }

    @Test func refusesAnotherVersion() {
        #expect { try Self.read("Version=1999-01-01") } throws: { ($0 as? ServiceProblem)?.code == "InvalidAction" }
    }
}
