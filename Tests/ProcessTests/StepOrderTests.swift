import Core
import Process
import Testing

@Suite struct StepOrderTests {
    @Test(arguments: [
        nil, UserAccount(name: "nobody", user: 65_534, group: 65_534, groups: [65_534, 7]),
        UserAccount(name: "12:34", user: 12, group: 34, groups: []),
    ])
    func readsBackWhatWasWritten(_ account: UserAccount?) throws {
        let order = StepOrder(
            command: ["/bin/sh", "-c", "echo \"$A\"\nexit 3"], folder: "/tmp/with space",
            environment: ["A=b=c", "EMPTY="],
            account: account)
        #expect(try StepOrder(bytes: order.bytes) == order)
    }

    @Test(arguments: [
        "", "/tmp", "/tmp\u{0}", "/tmp\u{0}2\u{0}a\u{0}", "/tmp\u{0}0\u{0}0\u{0}",
        "/\u{0}1\u{0}a\u{0}1\u{0}A=\u{0}x\u{0}",
    ])
    func refusesHalfAnOrder(_ text: String) {
        #expect(throws: Fault.self) { try StepOrder(bytes: Array(text.utf8)) }
    }
}

@Suite struct UserAccountTests {
    @Test func readsNamesAndNumbers() throws {
        #expect(try UserAccount(parsing: "root").user == 0)
        let numbers = try UserAccount(parsing: "4711:4712")
        #expect(numbers.user == 4711 && numbers.group == 4712 && numbers.groups == [4712])
        #expect(try UserAccount(parsing: "nobody:root").group == 0)
    }

    @Test(arguments: ["", ":", "root:", "no-such-user-here", "root:no-such-group", "4711"])
    func refuses(_ text: String) { #expect(throws: Fault.self) { try UserAccount(parsing: text) } }
}
