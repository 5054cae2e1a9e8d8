internal import Core
internal import Files
internal import ReleaseTrust
internal import TrustKeeping
internal import WebClient

/// `lineside tuf`: a client of The Update Framework, as conformance drivers call one and as people look into one.
enum TufVerb {
    static let verb = Verb(
        name: "tuf", summary: "follow a signed repository of releases: check its metadata, fetch targets",
        usage: """
            tuf --metadata-dir DIR init ROOT_JSON
                   or   tuf --metadata-dir DIR --metadata-url URL refresh
                   or   tuf --metadata-dir DIR --metadata-url URL --target-name NAME --target-base-url URL --target-dir DIR download
                   or   tuf --metadata-dir DIR --bundle FILE refresh|download ...
            """,
        flags: [
            Flag("metadata-dir", "DIR", "where the metadata are kept that are trusted"),
            Flag("metadata-url", "URL", "where the repository has its metadata"),
            Flag("bundle", "FILE", "a repository in one file, instead of the addresses; no network is asked"),
            Flag("target-name", "NAME", repeats: true, "with `download`: what to fetch; may be given more than once"),
            Flag("target-base-url", "URL", "with `download`: where the repository has its targets"),
            Flag(
                "target-dir", "DIR", "with `download`: where to put them, each under its name, % for what no file has"),
            Flag("ca", "FILE", "PEM file of the authorities that the server must be signed by"),
            Flag("cert", "FILE", "PEM file of the certificate that the server is shown"),
            Flag("cert-key", "FILE", "PEM file of its private key"), Options.output,
        ],
        notes: """
            Exit code 1 means refused, and the first words of the message name the reason: not signed, rollback, expired,
            mix and match, wrong digest, too long, malformed metadata, missing metadata, unlisted target.
            """, run: run)

    private static func run(_ options: Options) throws -> Int32 {
        guard let folder = options.text("metadata-dir") else { throw UsageFault(message: "--metadata-dir is missing") }
        let store = MetadataStore(folder)
        do {
            switch (options.words.first, options.words.count) {
            case ("init", 2): try begin(store, options.words[1])
            case ("refresh", 1): try refresh(store, options)
            case ("download", 1): try download(store, options)
            default: throw UsageFault(message: "say `init ROOT_JSON`, `refresh` or `download`")
            }
        } catch let fault as Fault {
            Log.line("\(fault.code.rawValue): \(fault)")
            return ExitCode.judgedBad
        }
        return ExitCode.ok
    }

    private static func begin(_ store: MetadataStore, _ path: String) throws {
        try store.begin(root: try FileAccess.read(path, limit: MetadataLimits.rootBytesMax))
    }

    private static func client(_ store: MetadataStore, _ options: Options) throws -> ReleaseClient {
        if let bundle = options.text("bundle") { return ReleaseClient(store, BundleSource(bundle)) }
        guard let url = options.text("metadata-url") else {
            throw UsageFault(message: "--metadata-url or --bundle is missing")
        }
        var plan = WebPlan()
        plan.authorityFile = options.text("ca")
        plan.certificateFile = options.text("cert")
        plan.keyFile = options.text("cert-key")
        return ReleaseClient(
            store, WebSource(try WebClient(plan), metadataURL: url, targetsURL: options.text("target-base-url")))
    }

    private static func refresh(_ store: MetadataStore, _ options: Options) throws {
        let client = try client(store, options)
        try client.refresh()
        let roles = try client.topRoles()
        if try options.wantsJSON {
            let list = roles.map { role -> Datum in
                ["role": .text(role.role), "version": .whole(role.version), "expires": .text(role.expires)]
            }
            Verbs.say(Datum.map(["roles": .list(list)]))
        } else {
            for role in roles { Verbs.say("\(role.role) version \(role.version), good until \(role.expires)") }
        }
    }

    private static func download(_ store: MetadataStore, _ options: Options) throws {
        let names = options.texts("target-name")
        guard !names.isEmpty, let folder = options.text("target-dir") else {
            throw UsageFault(message: "`download` needs --target-name and --target-dir")
        }
        let client = try client(store, options)
        try client.refresh()
        try FileAccess.makeFolder(folder)
        for name in names {
            let target = try client.find(name)
            let path = "\(folder)/\(PercentName.file(name))"
            try client.download(target, to: path)
            Verbs.say(
                try options.wantsJSON ? TargetReport.json(target, path: path) : TargetReport.text(target, path: path))
        }
    }
}
