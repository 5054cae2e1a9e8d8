import Core
import JSON
import Recipes
import Testing

/// Section 4 of the contract: reset, then defaults, then merge, by the moments of writing (A18).
@Suite struct ConfigurationTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Before the deployment, with moments.
        var before: Datum = [:]
        var defaults: DatumMap = [:]
        var reset: [String] = []
        var merge: DatumMap = [:]
        var at = 100
        let after: Datum
        var losses: [String] = []
    }

    @Test(arguments: [
        Row(
            testDescription: "defaults fill what is empty", defaults: ["a": 1, "b": ["c": 2]],
            after: ["a": [1, 1], "b": ["c": [1, 2]]]),
        Row(
            testDescription: "merge over defaults", defaults: ["EventBusName": "x", "InferenceInterval": 10],
            merge: ["EventBusName": "y"],
            after: ["EventBusName": [100, "y"], "InferenceInterval": [1, 10]]),
        Row(
            testDescription: "an older default stays, and is told", before: ["a": [1, 1]], defaults: ["a": 2],
            after: ["a": [1, 1]], losses: ["/a"]),
        Row(
            testDescription: "an equal default is nothing to tell", before: ["a": [50, 1]], defaults: ["a": 1],
            after: ["a": [50, 1]]),
        Row(
            testDescription: "an overruled default is nothing to tell", before: ["a": [50, 1]], defaults: ["a": 2],
            merge: ["a": 3], after: ["a": [100, 3]]),
        Row(
            testDescription: "maps are merged deep", before: ["m": ["a": [50, 1], "b": [50, 2]]],
            merge: ["m": ["b": 3, "c": 4]],
            after: ["m": ["a": [50, 1], "b": [100, 3], "c": [100, 4]]]),
        Row(
            testDescription: "lists are replaced", before: ["l": [50, [1, 2]]], merge: ["l": [3]],
            after: ["l": [100, [3]]]),
        Row(testDescription: "null is a value", before: ["a": [50, 1]], merge: ["a": nil], after: ["a": [100, nil]]),
        Row(
            testDescription: "a newer value stays", before: ["a": [200, "component"]], merge: ["a": "old", "b": 1],
            after: ["a": [200, "component"], "b": [100, 1]], losses: ["/a"]),
        Row(
            testDescription: "a value of the same moment is replaced", before: ["a": [100, 1]], merge: ["a": 2],
            after: ["a": [100, 2]]),
        Row(
            testDescription: "a value becomes a map", before: ["a": [50, 1]], merge: ["a": ["b": 2]],
            after: ["a": ["b": [100, 2]]]),
        Row(
            testDescription: "a map becomes a value", before: ["a": ["b": [50, 1]]], merge: ["a": 2],
            after: ["a": [100, 2]]),
        Row(
            testDescription: "a map with something newer in it stays", before: ["a": ["b": [50, 1], "c": [200, 1]]],
            merge: ["a": 2],
            after: ["a": ["b": [50, 1], "c": [200, 1]]], losses: ["/a"]),
        Row(
            testDescription: "a newer value does not become a map", before: ["a": [200, 1]], merge: ["a": ["b": 2]],
            after: ["a": [200, 1]], losses: ["/a"]),
        Row(
            testDescription: "reset brings the default back", before: ["a": [50, 9], "b": [50, 9]], defaults: ["a": 1],
            reset: ["/a"],
            after: ["b": [50, 9], "a": [1, 1]]),
        Row(testDescription: "reset without default takes away", before: ["a": [50, 9]], reset: ["/a"], after: [:]),
        Row(
            testDescription: "reset of everything", before: ["a": [50, 9], "m": ["b": [50, 1]]], defaults: ["a": 1],
            reset: [""], after: ["a": [1, 1]]),
        Row(
            testDescription: "reset of a branch", before: ["m": ["a": [50, 9], "b": [50, 1]]],
            defaults: ["m": ["a": 1]], reset: ["/m"], after: ["m": ["a": [1, 1]]]),
        Row(
            testDescription: "reset, then merge", before: ["m": ["a": [50, 9], "b": [50, 1]]], reset: ["/m"],
            merge: ["m": ["c": 1]], after: ["m": ["c": [100, 1]]]),
        Row(
            testDescription: "reset leaves what is newer", before: ["m": ["a": [200, 9], "b": [50, 1]]], reset: ["/m"],
            after: ["m": ["a": [200, 9]]], losses: ["/m/a"]),
        Row(
            testDescription: "keys are the same in any case", before: ["Port": [50, 1]], defaults: ["PORT": 2],
            merge: ["port": 3], after: ["Port": [100, 3]]),
        Row(
            testDescription: "reset finds keys in any case", before: ["Mqtt": ["Port": [50, 1]]], reset: ["/mqtt/port"],
            after: ["Mqtt": [:]]),
        Row(testDescription: "an escaped pointer", before: ["a/b": [50, 1]], reset: ["/a~1b"], after: [:]),
    ])
    func deploys(_ row: Row) throws {
        let update = ConfigurationUpdate(reset: try row.reset.map { try JSONPointer(parsing: $0) }, merge: row.merge)
        let (tree, report) = try ConfigurationTree(datum: row.before).deployed(
            defaults: row.defaults, update: update, createdAt: row.at)
        #expect(tree.datum == row.after)
        #expect(report.losses.map(\.path.description) == row.losses)
    }

    @Test func withoutAnUpdateOnlyHolesAreFilled() throws {
        let tree = try ConfigurationTree(datum: ["a": [50, 1]])
        let after = try tree.deployed(defaults: ["a": 2, "b": 3], update: nil, createdAt: 100)
        #expect(after.tree.value == ["a": 1, "b": 3])
    }

    @Test func aResetOfNothingIsToldAndOneIntoAListIsRefused() throws {
        let tree = try ConfigurationTree(datum: ["l": [50, [1]], "a": [50, 1]])
        for text in ["/none", "/a/b", "/none/deep"] {
            let update = ConfigurationUpdate(reset: [try JSONPointer(parsing: text)])
            let after = try tree.deployed(defaults: [:], update: update, createdAt: 100)
            #expect(after.tree == tree && after.report.resetsOfNothing.map(\.description) == [text])
        }
        let update = ConfigurationUpdate(reset: [try JSONPointer(parsing: "/l/0")])
        let fault = #expect(throws: Fault.self) { try tree.deployed(defaults: [:], update: update, createdAt: 100) }
        #expect(fault?.message.contains("/l/0") == true)
    }

    @Test func lossesNameBothValuesAndMoments() throws {
        let tree = try ConfigurationTree(datum: ["a": [1_763_600_000_000, "mine"]])
        let report = try tree.deployed(
            defaults: [:], update: ConfigurationUpdate(merge: ["a": "old"]), createdAt: 1_700_000_000_000
        ).report
        #expect(
            report.losses.map(\.description) == [
                "/a: \"mine\" of 2025-11-20T00:53:20.000Z stays; the deployment of 2023-11-14T22:13:20.000Z would make it \"old\""
            ])
    }

    @Test func aComponentWritesItsOwn() throws {
        var tree = try ConfigurationTree(datum: ["m": ["a": [50, 1]]])
        #expect(tree.update(try JSONPointer(parsing: "/m/b"), to: ["c": 2], at: 60) == [])
        #expect(tree.update(try JSONPointer(parsing: "/m/a"), to: 3, at: 40).map(\.path.description) == ["/m/a"])
        #expect(tree.datum == ["m": ["a": [50, 1], "b": ["c": [60, 2]]]])
    }

    @Test func isKeptAsJSON() throws {
        let text = #"{"a":[5,[1,2]],"m":{"b":[6,null],"c":[7,{"x":1}]},"e":{}}"#
        let datum = try Datum(json: Array(text.utf8))
        #expect(String(decoding: try ConfigurationTree(datum: datum).datum.json, as: UTF8.self) == text)
        #expect(throws: Fault.self) { try ConfigurationTree(datum: ["a": 1]) }
        #expect(throws: Fault.self) { try ConfigurationTree(datum: []) }
    }

    /// However deployments and a component's own writes arrive, the latest write of each value is there in the end.
    @Test func theOrderOfArrivalDoesNotMatter() throws {
        let writes: [(time: Int, merge: DatumMap)] = [
            (10, ["a": 1, "m": ["x": 1]]), (20, ["a": 2, "m": ["y": 2]]), (30, ["m": ["x": 3]]),
            (40, ["b": 4, "m": ["y": 4]]),
        ]
        for order in permutations(Array(writes.indices)) {
            var tree = ConfigurationTree()
            for place in order {
                tree = try tree.deployed(
                    defaults: ["d": 0], update: ConfigurationUpdate(merge: writes[place].merge),
                    createdAt: writes[place].time
                ).tree
            }
            #expect(tree.value == ["a": 2, "b": 4, "d": 0, "m": ["x": 3, "y": 4]], "\(order)")
        }
    }

    private func permutations(_ list: [Int]) -> [[Int]] {
        if list.isEmpty { return [[]] }
        return list.flatMap { first in permutations(list.filter { $0 != first }).map { [first] + $0 } }
    }

    @Test func readsAnUpdate() throws {
        let update = try ConfigurationUpdate(reading: ["Merge": #"{"EventBusName":"b"}"#, "reset": ["/a", ""]])
        #expect(update.merge == ["EventBusName": "b"] && update.reset.map(\.description) == ["/a", ""])
        #expect(try ConfigurationUpdate(reading: ["merge": ["a": 1]]).merge == ["a": 1])
    }

    @Test(
        arguments: [
            (["merge": "{"], "configurationUpdate.merge: "), (["merge": "[]"], "configurationUpdate.merge: "),
            (["merge": 1], "configurationUpdate.merge: "),
            (["reset": "/a"], "configurationUpdate.reset: "), (["reset": ["a"]], "configurationUpdate.reset[0]: "),
            (["rest": []], "configurationUpdate.rest: "),
        ] as [(Datum, String)])
    func refusesUpdates(document: Datum, place: String) {
        let fault = #expect(throws: Fault.self) { try ConfigurationUpdate(reading: document) }
        #expect(fault?.message.hasPrefix(place) == true, "\(String(describing: fault))")
    }
}
