internal import Core
internal import Process

/// `lineside warden`: one step of a component, and everything that it starts. Started by the node, not by people.
enum WardenVerb {
    static let name = "warden"
    static let verb = Verb(
        name: name, summary: "one step of a component, and everything it starts (started by the node, not by people)",
        usage: "warden LABEL LINE ORDER OUT ERR", flags: [], run: run)

    private static func run(_ options: Options) throws -> Int32 {
        try Warden.run(options.words)
        return ExitCode.ok
    }
}
