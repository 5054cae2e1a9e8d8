package import Core

/// What a warden is to start, as whom, where and with what: written by whoever starts the warden, and read by it. It goes
/// through memory and not through arguments or the environment, so that a component's variables never reach a process
/// that has more rights than the component.
package struct StepOrder: Hashable, Sendable {
    package var command: [String]
    package var folder: String
    /// `NAME=value`, and nothing beside these.
    package var environment: [String]
    /// nil: as whoever starts it.
    package var account: UserAccount?

    package init(command: [String], folder: String, environment: [String], account: UserAccount?) {
        self.command = command
        self.folder = folder
        self.environment = environment
        self.account = account
    }

    /// The fields, each ended by a zero byte.
    package var bytes: [UInt8] {
        let account = account.map { account in
            [
                account.name, "\(account.user)", "\(account.group)",
                account.groups.map { "\($0)" }.joined(separator: ","),
            ]
        }
        let fields = [folder, "\(command.count)"] + command + ["\(environment.count)"] + environment + (account ?? [])
        return fields.flatMap { Array($0.utf8) + [0] }
    }

    package init(bytes: [UInt8]) throws(Fault) {
        let fields = bytes.split(separator: 0, omittingEmptySubsequences: false).dropLast()
            .map { String(decoding: $0, as: UTF8.self) }
        var rest = fields[...]
        guard let folder = rest.popFirst(), let command = Self.list(&rest), !command.isEmpty,
            let environment = Self.list(&rest), rest.isEmpty || rest.count == 4
        else { throw Fault(.invalid, "the order of a step is not whole") }
        var account: UserAccount?
        if let name = rest.popFirst() {
            let numbers = rest.prefix(2).compactMap { UInt32($0) }
            guard numbers.count == 2, let last = rest.last else {
                throw Fault(.invalid, "the order of a step names no account")
            }
            account = UserAccount(
                name: name, user: numbers[0], group: numbers[1],
                groups: last.split(separator: ",").compactMap { UInt32($0) })
        }
        self.init(command: command, folder: folder, environment: environment, account: account)
    }

    private static func list(_ rest: inout ArraySlice<String>) -> [String]? {
        guard let text = rest.popFirst(), let count = Int(text), count >= 0, rest.count >= count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }
}
