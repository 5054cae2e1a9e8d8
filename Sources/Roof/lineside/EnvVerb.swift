internal import Core
internal import JSON

/// `lineside env`: sets a shell up for the AWS CLI and every SDK.
enum EnvVerb {
    static let verb = Verb(
        name: "env", summary: "shell lines that point the AWS CLI at a hub: eval \"$(lineside env)\"",
        usage: "env [--data DIR]", flags: [HubFolder.flag, Options.output],
        notes: "What it prints holds the administrator's key.", run: run)

    private static func run(_ options: Options) throws -> Int32 {
        let environment = try HubFolder(options).environment()
        if try options.wantsJSON {
            let datum = Datum.map(DatumMap(environment.map { ($0.name, .text($0.value)) }))
            Verbs.say(String(decoding: datum.json, as: UTF8.self))
        } else {
            // What was set for somebody else would be believed first.
            Verbs.say("unset AWS_PROFILE AWS_SESSION_TOKEN")
            for (name, value) in environment {
                Verbs.say(
                    "export \(name)='\(value.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''"))'"
                )
            }
        }
        return ExitCode.ok
    }
}
