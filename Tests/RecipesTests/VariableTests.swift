import Core
import Recipes
import Testing

@Suite struct VariableTests {
    static let configuration: Datum = [
        "EventBusName": "bus", "Port": 8883, "On": true, "Nothing": nil, "Half": .number(0.5),
        "Mqtt": ["port": 1, "hosts": ["a", "b"]],
        "a/b": "slash", "a~b": "tilde", "Loop": "{work:path}", "": "empty key",
    ]

    static let scope = VariableScope(
        folders: NodeFolders(root: "/gg"), thingName: "press-7",
        own: VariableScope.Party(name: "com.x", version: "1.2.3", configuration: configuration),
        dependencies: [
            "com.model": VariableScope.Party(name: "com.model", version: "2.0.0", configuration: ["ModelPath": "/m"])
        ])

    static let rows: [(String, String)] = [
        ("plain", "plain"), ("", ""), ("{artifacts:path}/a", "/gg/packages/artifacts/com.x/1.2.3/a"),
        ("{artifacts:decompressedPath}/a", "/gg/packages/artifacts-unarchived/com.x/1.2.3/a"),
        ("{work:path}", "/gg/work/com.x"),
        ("{kernel:rootPath}|{iot:thingName}", "/gg|press-7"), ("{configuration:/EventBusName}", "bus"),
        ("{configuration:/eventbusname}", "bus"),
        ("{configuration:/Port}{configuration:/On}", "8883true"), ("{configuration:/Nothing}", "null"),
        ("{configuration:/Half}", "0.5"),
        ("{configuration:/Mqtt}", #"{"port":1,"hosts":["a","b"]}"#), ("{configuration:/Mqtt/hosts}", #"["a","b"]"#),
        ("{configuration:/Mqtt/hosts/1}", "b"), ("{configuration:/a~1b} {configuration:/a~0b}", "slash tilde"),
        ("{configuration:/}", "empty key"),
        ("{configuration:/Loop}", "{work:path}"),
        ("{com.model:artifacts:path}", "/gg/packages/artifacts/com.model/2.0.0"),
        ("{com.model:configuration:/ModelPath}", "/m"), ("{com.model:work:path}", "/gg/work/com.model"),
        ("{{work:path}}", "{/gg/work/com.x}"),
        ("${HOME} {} {a} { work:path}", "${HOME} {} {a} { work:path}"), ("awk '{print $1}'", "awk '{print $1}'"),
        ("{\"a\": {\"b\": 1}}", "{\"a\": {\"b\": 1}}"),
    ]

    @Test(arguments: rows)
    func fills(text: String, filled: String) {
        var missing: [Variable] = []
        #expect(Self.scope.filled(text) { missing.append($0) } == filled)
        #expect(missing == [])
    }

    @Test(arguments: [
        "{configuration:/none}", "{configuration:none}", "{configuration:/Mqtt/hosts/2}",
        "{configuration:/Mqtt/hosts/01}",
        "{configuration:/Port/x}", "{artifacts:paths}", "{work:}", "{com.other:artifacts:path}",
        "{com.model:kernel:rootPath}",
        "{com.model:configuration:/none}", "{aws:region}",
    ])
    func leavesWhatStandsForNothingAndReportsIt(_ text: String) {
        var missing: [String] = []
        #expect(
            Self.scope.filled("a \(text) {work:path}") { missing.append($0.description) } == "a \(text) /gg/work/com.x")
        #expect(missing == [text])
    }

    @Test func theEmptyPointerIsEverything() throws {
        let filled = Self.scope.filled("{configuration:}")
        #expect(filled.hasPrefix(#"{"EventBusName":"bus","Port":8883"#))
    }

    static let pointers: [(String, [String])] = [
        ("", []), ("/", [""]), ("/a/b", ["a", "b"]), ("/a~1b", ["a/b"]), ("/m~0n", ["m~n"]), ("/~01", ["~1"]),
        ("/a//b", ["a", "", "b"]),
    ]

    @Test(arguments: pointers)
    func readsPointers(text: String, words: [String]) throws {
        let pointer = try JSONPointer(parsing: text)
        #expect(pointer.words == words && pointer.description == text)
    }

    @Test(arguments: ["a", "a/b", "/~", "/~2", "/a~"])
    func refusesPointers(_ text: String) { #expect(throws: Fault.self) { try JSONPointer(parsing: text) } }
}
