import AWSProtocol
import Core
import Testing

/// Requests held against their declarations.
@Suite struct ShapeCheckTests {
    private static let members = [
        Member("Name", required: true, 1...8, marks: "-"), Member("Count", .whole, 1...10),
        Member("State", words: ["ON", "OFF"]), Member("Blob", .blob),
        Member("List", .list(.structure([Member("Id", required: true, 1...4)])), 1...2), Member("Any", .anything),
    ]

    private static func code(_ input: DatumMap) -> String? {
        let operation = Operation("Ask", members) { _ throws(ServiceProblem) in .null }
        let service = AWSService("test", .json11, version: "1", invalid: "Invalid", operations: [operation])
        do throws(ServiceProblem) {
            try ServiceDirectory([service]).check(input, of: operation, service)
            return nil
        } catch { return error.code + " " + error.message }
    }

    @Test(
        arguments: [
            ["Name": "a"], ["Name": "a-1", "Count": 10], ["Name": "a", "State": "ON"], ["Name": "a", "Blob": "AAA="],
            ["Name": "a", "List": [["Id": "1"]]], ["Name": "a", "Any": [1, "x"]], ["Name": "a", "Unknown": 1],
            ["Name": "a", "Count": .null],
        ] as [DatumMap]) func takes(_ input: DatumMap)
    {
        #expect(Self.code(input) == nil)
    }

    @Test(
        arguments: [
            ([:], "Invalid", "'name'"),
            (["Name": .null], "Invalid", "must not be null"),
            (["Name": ""], "Invalid", "greater than or equal to 1"),
            (["Name": "123456789"], "Invalid", "less than or equal to 8"),
            (["Name": "a b"], "Invalid", "regular expression"),
            (["Name": 1], "SerializationException", "String"),
            (["Name": "a", "Count": 0], "Invalid", "have value greater"),
            (["Name": "a", "Count": "1"], "SerializationException", "Integer"),
            (["Name": "a", "State": "MAYBE"], "Invalid", "[ON, OFF]"),
            (["Name": "a", "Blob": "%%%"], "SerializationException", "base64"),
            (["Name": "a", "List": []], "Invalid", "have length greater"),
            (["Name": "a", "List": [["Id": "1"], ["Id": "2"], ["Id": "3"]]], "Invalid", "have length less"),
            (["Name": "a", "List": [[:]]], "Invalid", "list.1.member.Id"),
            (["Name": "a", "List": ["x"]], "SerializationException", "Structure"),
        ] as [(DatumMap, String, String)]) func refuses(_ input: DatumMap, _ code: String, _ words: String)
    {
        let said = Self.code(input) ?? ""
        #expect(said.hasPrefix(code + " ") && said.contains(words), "\(said)")
    }
}
