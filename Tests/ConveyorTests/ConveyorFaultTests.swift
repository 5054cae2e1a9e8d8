import Conveyor
import Core
import Testing

@Suite struct ConveyorFaultTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let text: String
        let kind: ConveyorFault.Kind
        let at: UInt64
        var span = Span64.second
        var testDescription: String { text }
    }

    @Test(arguments: [
        Row(text: "halt@0", kind: .halt, at: 0),
        Row(text: "restart@12", kind: .restart, at: 12_000_000_000),
        Row(text: "silence@1.5+0.25", kind: .silence, at: 1_500_000_000, span: 250_000_000),
        Row(text: "late@.5+0", kind: .late, at: 500_000_000, span: 0),
        Row(text: "garbage@1000000+1000000", kind: .garbage, at: 1_000_000_000_000_000, span: 1_000_000_000_000_000),
        Row(text: "duplicate@0.000000001", kind: .duplicate, at: 1),
    ])
    func reads(_ row: Row) throws {
        let fault = try ConveyorFault(parsing: row.text)
        #expect(fault.kind == row.kind && fault.at == row.at && fault.span == row.span)
    }

    @Test(arguments: ConveyorFault.Kind.allCases)
    func readsEveryKind(_ kind: ConveyorFault.Kind) throws {
        #expect(try ConveyorFault(parsing: "\(kind.rawValue)@3").kind == kind)
    }

    @Test(arguments: [
        "", "halt", "halt@", "@1", "halt@x", "halt@-1", "halt@1+", "halt@1+x", "halt@1+-1", "halt@1+1+1", "halt@1@2",
        "halt@nan", "halt@inf", "halt@1000001", "halt@1+1000001", "halt@1+nan", "HALT@1", "stop@1", " halt@1",
        "halt@1 ", "halt @1", "halt@1,5",
    ])
    func refuses(_ text: String) {
        let fault = #expect(throws: Fault.self) { try ConveyorFault(parsing: text) }
        #expect(fault?.code == .invalid && fault?.message.contains("'\(text)'") == true)
        #expect(ConveyorFault.Kind.allCases.allSatisfy { fault?.hint?.contains($0.rawValue) == true })
    }
}
