internal import AWSProtocol
internal import Core
internal import Files
internal import Process
internal import Synchronization

/// Commands of the plant's own as targets: `arn:aws:lineside:REGION:ACCOUNT:command/NAME` runs the file NAME of the
/// hub's folder of commands, with the event on stdin.
///
/// What lies in that folder was put there by somebody who may write to the hub's disk, never through a door of the hub:
/// a rule says when a command runs, not what it is.
///
/// Concurrency: one command at a time, on the thread of whoever carries.
package final class CommandReceiver: EventReceiver {
    package let name = "commands"
    package let batchMax = 1

    private static let patience = 30 * Span64.second
    /// Ends a command of a hub that was killed and can end it no more.
    private static let watch = ["/usr/bin/timeout", "--signal=KILL", "\(patience / Span64.second + 1)"]
    private static let nameLettersMax = 64
    private static let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    private let folder: String
    private let isStopping = Atomic<Bool>(false)

    /// `folder`: where the commands are; it may come later than the hub.
    package init(folder: String) { self.folder = folder }

    /// Ends the command that runs; none is begun from now on.
    package func stop() { isStopping.store(true, ordering: .releasing) }

    package func receives(_ arn: String) -> Bool { Self.command(arn) != nil }

    /// The name of a file in the folder, and of no other.
    private static func command(_ arn: String) -> String? {
        let parts = arn.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0] == "arn", parts[1] == "aws", parts[2] == "lineside",
            parts[5].hasPrefix("command/")
        else { return nil }
        let name = parts[5].dropFirst("command/".count)
        guard (1...nameLettersMax).contains(name.utf8.count), name.first != ".", name.isMadeOfLetters(and: "._-") else {
            return nil
        }
        return String(name)
    }

    package func receive(_ letters: [EventLetter], at arn: String) throws(DeliveryRefusal) {
        guard let name = Self.command(arn) else { throw .forGood(.invalidParameter, "\(arn) names no command") }
        for letter in letters { try run(name, letter.payload, arn) }
    }

    private func run(_ name: String, _ payload: [UInt8], _ arn: String) throws(DeliveryRefusal) {
        let file = "\(folder)/\(name)"
        // Whoever keeps the folder may still put it there.
        guard FileAccess.isFile(file) else { throw .forNow(.noResource, "there is no command \(file)") }
        guard FileAccess.isExecutable(file) else {
            throw .forNow(.noPermissions, "\(file) may not be executed: chmod +x it")
        }
        let watch = FileAccess.isExecutable(Self.watch[0]) ? Self.watch : []
        let errand = Errand(
            watch + [file],
            environment: ["PATH": Self.path, "LANG": "C.UTF-8", "LINESIDE_EVENT_TARGET": arn], input: payload)
        let end: Errand.End
        do throws(Fault) {
            end = try errand.run(patience: Self.patience) { !isStopping.load(ordering: .acquiring) }
        } catch { throw .forNow(.internalError, "\(error)") }
        try judge(end, name)
    }

    private func judge(_ end: Errand.End, _ name: String) throws(DeliveryRefusal) {
        let words = end.lastWords.isEmpty ? "" : ": \(end.lastWords)"
        switch end.manner {
        case .status(0): return
        case .status(let status): throw .forNow(.errorFromTarget, "\(name) ended with exit status \(status)\(words)")
        case .signal(let signal): throw .forNow(.errorFromTarget, "\(name) was ended by signal \(signal)\(words)")
        case .late: throw .forNow(.timeout, "\(name) did not end within \(Self.patience / Span64.second) s\(words)")
        case .calledBack: throw .forNow(.internalError, "the hub was stopped while \(name) ran")
        }
    }
}
