import Core
import Testing

@testable import Queues

/// Where dead letters go, and whose are taken.
@Suite struct RedrivePolicyTests {
    @Test(arguments: ["3", "\"3\""]) func readsItsNumberEitherWay(_ number: String) throws {
        let policy = try RedrivePolicy(parsing: #"{"deadLetterTargetArn":"arn:a","maxReceiveCount":\#(number)}"#)
        #expect(policy.target == "arn:a" && policy.receivesMax == 3)
    }

    @Test(arguments: [
        "", "[]", "{}", #"{"deadLetterTargetArn":"arn:a"}"#, #"{"maxReceiveCount":3}"#,
        #"{"deadLetterTargetArn":"arn:a","maxReceiveCount":0}"#,
        #"{"deadLetterTargetArn":"arn:a","maxReceiveCount":1001}"#,
        #"{"deadLetterTargetArn":"arn:a","maxReceiveCount":"many"}"#,
    ]) func refusesWhatIsNone(_ text: String) {
        #expect { try RedrivePolicy(parsing: text) } throws: {
            ($0 as? ServiceProblem)?.code == "InvalidAttributeValue"
        }
    }

    @Test(arguments: [
        (#"{"redrivePermission":"allowAll"}"#, true), (#"{"redrivePermission":"denyAll"}"#, false),
        (#"{"redrivePermission":"byQueue","sourceQueueArns":["arn:a"]}"#, true),
        (#"{"redrivePermission":"byQueue","sourceQueueArns":["arn:b"]}"#, false),
    ]) func allowsSources(_ text: String, _ isAllowed: Bool) throws {
        #expect(try RedriveAllowPolicy(parsing: text).allows("arn:a") == isAllowed)
    }

    @Test(arguments: [
        "{", #"{"redrivePermission":"some"}"#, #"{"redrivePermission":"byQueue"}"#,
        #"{"redrivePermission":"denyAll","sourceQueueArns":["arn:a"]}"#,
    ]) func refusesPermissions(_ text: String) {
        #expect(throws: ServiceProblem.self) { try RedriveAllowPolicy(parsing: text) }
    }

    @Test(arguments: [
        ("http://127.0.0.1:8400/1/line", "1", "line"), ("https://queue.amazonaws.com/1/line/", "1", "line"),
        ("/1/line", "1", "line"),
    ]) func readsAddresses(_ url: String, _ account: String, _ name: String) throws {
        let place = try #require(QueuePlace(url))
        #expect(place.account == account && place.name == name)
    }

    @Test(arguments: ["", "/", "line"]) func refusesAddresses(_ url: String) { #expect(QueuePlace(url) == nil) }
}
