import Core
import JSON
import Testing

@testable import Fleet

@Suite struct ShadowDocumentTests {
    private static func change(_ text: String) throws -> ShadowDocument.Change {
        try ShadowDocument.Change(Datum(json: Array(text.utf8)))
    }

    private static func after(_ changes: String...) throws -> ShadowDocument {
        var document = ShadowDocument(.null, version: 0)
        for (second, text) in changes.enumerated() { _ = try document.apply(try change(text), at: second) }
        return document
    }

    @Test(arguments: [
        (#"{"a":1,"m":{"x":1}}"#, #"{"m":{"y":2}}"#, #"{"a":1,"m":{"x":1,"y":2}}"#),
        (#"{"a":1,"b":2}"#, #"{"a":null}"#, #"{"b":2}"#),
        (#"{"l":[1,2]}"#, #"{"l":[3]}"#, #"{"l":[3]}"#),
        (#"{"m":{"x":1}}"#, #"{"m":5}"#, #"{"m":5}"#),
        (#"{"m":5}"#, #"{"m":{"x":1}}"#, #"{"m":{"x":1}}"#),
    ])
    func mapsAreMergedAndTheRestReplaced(_ before: String, _ change: String, _ wanted: String) throws {
        let document = try Self.after(#"{"state":{"desired":\#(before)}}"#, #"{"state":{"desired":\#(change)}}"#)
        #expect(document.desired == (try Datum(json: Array(wanted.utf8))))
        #expect(document.version == 2)
    }

    @Test func deltaIsWhatIsWantedAndNotSo() throws {
        let document = try Self.after(
            #"{"state":{"desired":{"a":1,"b":{"x":1,"y":2},"l":[1]},"reported":{"a":1,"b":{"x":1},"l":[2],"c":9}}}"#)
        #expect(document.delta == (try Datum(json: Array(#"{"b":{"y":2},"l":[1]}"#.utf8))))
    }

    @Test func timesOfADeltaAreThoseOfItsValuesAlone() throws {
        let document = try Self.after(
            #"{"state":{"desired":{"a":1,"b":{"x":1,"y":2},"l":[1]},"reported":{"a":1,"b":{"x":1}}}}"#)
        let delta = try #require(document.delta)
        let wanted = #"{"b":{"y":{"timestamp":0}},"l":[{"timestamp":0}]}"#
        #expect(document.metadata(ofDelta: delta) == (try Datum(json: Array(wanted.utf8))))
    }

    @Test func valuesKeepTheirOwnTimes() throws {
        let document = try Self.after(#"{"state":{"desired":{"a":1,"b":1}}}"#, #"{"state":{"desired":{"b":2}}}"#)
        let stamps = document.told(at: 9)["metadata"]?["desired"]
        #expect(stamps?["a"]?["timestamp"] == 0)
        #expect(stamps?["b"]?["timestamp"] == 1)
    }

    @Test func sectionThatBecomesNullIsGone() throws {
        let document = try Self.after(#"{"state":{"desired":{"a":1}}}"#, #"{"state":{"desired":null}}"#)
        #expect(document.desired == nil)
        #expect(document.told(at: 0)["state"] == .map(DatumMap()))
    }

    @Test func anotherVersionThanExpectedIsAConflict() throws {
        var document = try Self.after(#"{"state":{}}"#)
        let late = try Self.change(#"{"state":{"desired":{"a":1}},"version":0}"#)
        #expect(throws: ServiceProblem.self) { _ = try document.apply(late, at: 0) }
        #expect(document == (try Self.after(#"{"state":{}}"#)))
    }
}
