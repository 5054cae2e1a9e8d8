import AWSProtocol
import Core
import Testing

/// From a request to its operation.
@Suite struct ServiceDirectoryTests {
    private static func operation(_ name: String, at place: RestPlace? = nil) -> Operation {
        let members = [Member("thing"), Member("max", .whole), Member("mark")]
        return Operation(name, members, at: place) { _ throws(ServiceProblem) in .null }
    }

    private static let directory = ServiceDirectory([
        AWSService("logs", .json11, targets: ["Logs_1"], version: "1", operations: [operation("Put")]),
        AWSService(
            "things", .restJSON, version: "1",
            operations: [
                operation(
                    "Get",
                    at: RestPlace("GET", "/things/{thing}", query: ["maxResults": "max"], fields: ["x-mark": "mark"])),
                operation("Tag", at: RestPlace("POST", "/tags/{thing+}")),
            ]),
    ])

    private static func find(
        _ service: String?, _ method: String, _ path: [String], query: [(name: String, value: String)] = [],
        fields: [String: String] = [:], body: String = ""
    ) throws -> (String, Datum) {
        let request = WireRequest(method: method, path: path, query: query, fields: fields, body: Array(body.utf8))
        guard let found = directory.service(signedFor: service, request) else { return ("nobody", .null) }
        let (operation, input) = try directory.find(request, in: found)
        return (operation.name, .map(input))
    }

    @Test func findsByTarget() throws {
        let (name, input) = try Self.find("logs", "POST", [], fields: ["x-amz-target": "Logs_1.Put"], body: "{\"a\":1}")
        #expect(name == "Put" && input == ["a": 1])
    }

    @Test func findsByPath() throws {
        let (name, input) = try Self.find(
            "things", "GET", ["things", "press 1"], query: [("maxResults", "5")], fields: ["x-mark": "m"])
        #expect(name == "Get" && input == ["thing": "press 1", "max": 5, "mark": "m"])
        #expect(try Self.find("things", "POST", ["tags", "arn:a", "b"]) == ("Tag", ["thing": "arn:a/b"]))
    }

    @Test(arguments: [
        ("POST", ["x-amz-target": "Logs_1.Nothing"], "UnknownOperationException"),
        ("POST", ["x-amz-target": "Logs_1."], "UnknownOperationException"),
        ("GET", ["x-amz-target": "Logs_1.Put"], "UnknownOperationException"),
    ]) func namesWhatIsNotThere(_ method: String, _ fields: [String: String], _ code: String) {
        #expect { try Self.find("logs", method, [], fields: fields) } throws: { ($0 as? ServiceProblem)?.code == code }
    }

    @Test(arguments: ["[1]", "{", "nul"]) func refusesWhatIsNoObject(_ body: String) {
        #expect { try Self.find("logs", "POST", [], fields: ["x-amz-target": "Logs_1.Put"], body: body) } throws: {
            ($0 as? ServiceProblem)?.code == "SerializationException"
        }
    }

    @Test func nobodyIsNobody() throws {
        #expect(try Self.find("dynamodb", "POST", []).0 == "nobody")
        #expect(try Self.find(nil, "GET", []).0 == "nobody")
    }
}
