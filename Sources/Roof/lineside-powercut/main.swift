internal import Core
internal import Glibc
internal import PowerCuts

/// The workload of a machine whose power is cut: `lineside-powercut DIR SEED`. Linked statically, it is all that the machine needs.
enum Workload {
    static func main(_ words: [String]) -> Int32 {
        guard words.count == 3, let seed = UInt64(words[2]) else {
            say("usage: lineside-powercut DIR SEED")
            return 2
        }
        do throws(Fault) {
            let workload = try PowerCutWorkload(words[1], seed: seed, say: say)
            try workload.recover()
            try workload.run()
            return 0
        } catch {
            say("WRONG the node stops: \(error)")
            return 1
        }
    }

    /// In one write: what is half said was not said.
    private static func say(_ text: String) {
        var line = text + "\n"
        line.withUTF8 { _ = unsafe write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    }
}

exit(Workload.main(CommandLine.arguments))
