import AWSProtocol
import Core
import Testing

/// Forms of the query protocol, read by their declarations.
@Suite struct FormReaderTests {
    private static let members = [
        Member("Name"), Member("Count", .whole), Member("Is", .flag), Member("At", .time),
        Member("Share", .number),
        Member("Tags", .list(.structure([Member("Key"), Member("Value")]))), Member("Ids", .list(.text)),
        Member("Map", .map(.text)), Member("FlatIds", .list(.text)), Member("FlatMap", .map(.text)),
        Member("Entries", .list(.structure([Member("Id"), Member("FlatMap", .map(.structure([Member("Text")])))]))),
    ]
    private static let flat = [
        "FlatIds": FlatName("Id"), "FlatMap": FlatName("Attribute"), "Entries": FlatName("AskRequestEntry"),
    ]

    private static func directory() -> ServiceDirectory {
        var operation = Operation("Ask", members) { call throws(ServiceProblem) in .map(call.input) }
        operation.flat = flat
        return ServiceDirectory([
            AWSService("test", .query, version: "2020-01-01", pathMember: "Name", operations: [operation])
        ])
    }

    private static func read(_ form: String, path: [String] = [], method: String = "POST") throws -> Datum {
        let request = WireRequest(
            method: method, path: path, query: [], fields: [:], body: Array(("Action=Ask&" + form).utf8))
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
            (
                "Map.entry.1.key=k&Map.entry.1.value=v&Map.entry.2.key=k&Map.entry.2.value=w", ["Map": ["k": "w"]]
            ),
            ("Id.1=x&Id.2=y", ["FlatIds": ["x", "y"]]),
            (
                "Attribute.1.Name=a&Attribute.1.Value=1&Attribute.2.Name=b&Attribute.2.Value=2",
                ["FlatMap": ["a": "1", "b": "2"]]
            ),
            (
                "AskRequestEntry.1.Id=p&AskRequestEntry.1.Attribute.1.Name=a&AskRequestEntry.1.Attribute.1.Value.Text=t",
                ["Entries": [["Id": "p", "FlatMap": ["a": ["Text": "t"]]]]]
            ),
            ("Other=1", [:]),
        ] as [(String, Datum)]) func readsForms(_ form: String, _ wanted: Datum) throws
    {
        #expect(try Self.read(form) == wanted)
    }

    @Test func theAddressStandsForAMember() throws {
        #expect(try Self.read("", path: ["1", "line"]) == ["Name": "/1/line"])
        #expect(try Self.read("Name=a", path: ["1", "line"]) == ["Name": "a"])
    }

    @Test(arguments: ["Count=seven", "Is=yes", "At=yesterday", "Count=", "Share=nan", "Share=-inf", "At=infinity"])
    func refusesWhatIsOfAnotherKind(_ form: String) {
        #expect { try Self.read(form) } throws: { ($0 as? ServiceProblem)?.code == "MalformedInput" }
    }

    @Test func refusesAnotherVersion() {
        #expect { try Self.read("Version=1999-01-01") } throws: { ($0 as? ServiceProblem)?.code == "InvalidAction" }
    }
}
