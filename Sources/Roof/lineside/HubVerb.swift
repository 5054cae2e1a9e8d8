internal import Core
internal import HTTP
internal import JSON
internal import Process

/// `lineside hub`: the plant's side, which speaks AWS's protocols.
enum HubVerb {
    static let verb = Verb(
        name: "hub", summary: "serve AWS's protocols to a plant: identity, secrets, events, logs",
        usage:
            "hub [--data DIR] [--host H] [--name NAME] [--port N] [--device-port N] [--message-port N] [--region R] [--audit-days N]   or   hub operations | token",
        flags: [
            HubFolder.flag, Flag("host", "H", "listen on (127.0.0.1)"),
            Flag(
                "name", "NAME", repeats: true,
                "what devices and nodes are told to come to (the host); again for each other name of this machine"),
            Flag("port", "N", "listen on (8400; 0 for any)"),
            Flag("message-port", "N", "where devices come for MQTT (8883; 0 for any)"),
            Flag("device-port", "N", "where devices come with their certificates (8443; 0 for any)"),
            Flag("region", "R", "at the first start: the region that is served (us-east-1)"),
            Flag("audit-days", "N", "how long the record of a call is kept (400)"),
            Flag("thing", "NAME", "with `token`: the only thing that may join by it"),
            Flag("valid", "SECONDS", "with `token`: for how long (3600)"), Options.output,
        ],
        notes: """
            The first start makes an account, an administrator's key and a key that seals what is secret. In another terminal
            `eval "$(lineside env)"` sets the AWS CLI and every SDK up for it. `hub operations` lists what is offered;
            `hub token` makes a word by which one new node may join.
            """, run: run)

    private static func run(_ options: Options) throws -> Int32 {
        switch options.words {
        case []: return try serve(options)
        case ["operations"]: return try HubOperations.list(options)
        case ["token"]: return try HubToken.make(options)
        default: throw UsageFault(message: "no such word: \(options.words[0]); there are operations and token")
        }
    }

    private static func serve(_ options: Options) throws -> Int32 {
        Signals.block()
        ProcessFacts.endWithParent()
        ProcessFacts.raiseFileLimit()
        let household = try HubHousehold(options)
        try household.open()
        _ = Signals.waitForStop()
        Log.line("the hub stops")
        household.close()
        return ExitCode.ok
    }
}
