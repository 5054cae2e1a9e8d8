import Core
import Testing

@testable import Telemetry

@Suite struct DashboardCheckTests {
    @Test(arguments: [
        #"{"widgets":[]}"#, #"{"start":"-PT1H","widgets":[{"type":"text","properties":{"markdown":"hot"}}]}"#,
        #"{"widgets":[{"type":"metric","x":0,"y":99,"width":24,"height":6,"properties":{"metrics":[["A","B"]]}}]}"#,
    ])
    func takes(_ body: String) throws { try DashboardCheck.check(body) }

    @Test(arguments: [
        ("", "/"), ("{", "/"), ("[]", "/"), ("{}", "/"), (#"{"widgets":{}}"#, "/widgets"),
        (#"{"widgets":[1]}"#, "/widgets/0"), (#"{"widgets":[{"properties":{}}]}"#, "/widgets/0"),
        (#"{"widgets":[{"type":"text"}]}"#, "/widgets/0"),
        (#"{"widgets":[{"type":5,"properties":{}}]}"#, "/widgets/0/type"),
        (#"{"widgets":[{"type":"text","properties":[]}]}"#, "/widgets/0/properties"),
        (#"{"widgets":[{"type":"text","properties":{},"width":25}]}"#, "/widgets/0/width"),
    ])
    func refuses(_ body: String, _ path: String) throws {
        let problem = #expect(throws: ServiceProblem.self) { try DashboardCheck.check(body) }
        #expect(problem?.code == "DashboardInvalidInputError")
        let messages = problem?.documents["dashboardValidationMessages"]?.list ?? []
        #expect(messages.first?["DataPath"] == .text(path))
        #expect(messages.first?["Message"]?.text?.isEmpty == false)
    }
}
