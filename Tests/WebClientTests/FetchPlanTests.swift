import Core
import Testing

@testable import WebClient

@Suite struct FetchPlanTests {
    struct Case: Sendable {
        let name: String
        var offset = 0
        let status: Int
        var fields: WebFields = [:]
        let step: FetchPlan.Step
    }

    @Test(arguments: [
        Case(name: "a whole file", status: 200, fields: ["Content-Length": "80"], step: .take(from: 0, total: 80)),
        Case(name: "a file of unknown length", status: 200, step: .take(from: 0, total: nil)),
        Case(
            name: "the rest", offset: 30, status: 206, fields: ["content-range": "bytes 30-79/80"],
            step: .take(from: 30, total: 80)),
        Case(
            name: "the rest of who knows how much", offset: 30, status: 206, fields: ["content-range": "bytes 30-79/*"],
            step: .take(from: 30, total: 80)),
        Case(name: "no ranges here", offset: 30, status: 200, step: .take(from: 0, total: nil)),
        Case(
            name: "all here already", offset: 80, status: 416, fields: ["Content-Range": "bytes */80"], step: .complete),
        Case(name: "a shorter file", offset: 80, status: 416, fields: ["Content-Range": "bytes */7"], step: .startOver),
        Case(name: "no range, no reason", offset: 80, status: 416, step: .startOver),
    ])
    func decides(_ wanted: Case) throws {
        let plan = FetchPlan(url: "http://a/b", offset: wanted.offset, bytesMax: 100)
        #expect(try plan.step(status: wanted.status, fields: wanted.fields) == wanted.step)
    }

    @Test(arguments: [
        (0, 404, "", Fault.Code.notFound), (0, 503, "", .unavailable), (0, 403, "", .status), (0, 302, "", .status),
        (0, 416, "", .status), (0, 206, "bytes 0-9/10", .status), (30, 206, "bytes 0-79/80", .unavailable),
        (30, 206, "", .unavailable), (30, 206, "bytes 30-79/70", .unavailable),
        (30, 206, "bytes 30-99/101", .exhausted),
    ])
    func refuses(_ offset: Int, _ status: Int, _ range: String, _ code: Fault.Code) {
        let plan = FetchPlan(url: "http://a/b", offset: offset, bytesMax: 100)
        let fault = #expect(throws: Fault.self) {
            try plan.step(status: status, fields: range.isEmpty ? [:] : ["Content-Range": range])
        }
        #expect(fault?.code == code)
    }
}
