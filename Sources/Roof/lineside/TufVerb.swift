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
            """,
        flags: [
            Flag("metadata-dir", "DIR", "where the metadata are kept that are trusted"),
            Flag("metadata-url", "URL", "where the repository has its metadata"),
            Flag("target-name", "NAME", repeats: true, "with `download`: what to fetch; may be given more than once"),
            Flag("target-base-url", "URL", "with `download`: where the repository has its targets"),
            Flag("target-dir", "DIR", "with `download`: where to put them, each under its name with % for what a file"),
        ],
        notes: "Exit code 1 means refused; the first words of the message name the reason.", run: run)

    private static func run(_ options: Options) throws -> Int32 {
        guard let folder = options.text("metadata-dir") else { throw UsageFault(message: "--metadata-dir is missing") }
        let store = MetadataStore(folder)
        do {
            switch (options.words.first, options.words.count) {
            case ("init", 2): try begin(store, options.words[1])
            case ("refresh", 1): try client(store, options).refresh()
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
        guard let url = options.text("metadata-url") else { throw UsageFault(message: "--metadata-url is missing") }
        let source = WebSource(try WebClient(), metadataURL: url, targetsURL: options.text("target-base-url"))
        return ReleaseClient(store, source)
    }

    private static func download(_ store: MetadataStore, _ options: Options) throws {
        let names = options.texts("target-name")
        guard !names.isEmpty, let folder = options.text("target-dir") else {
            throw UsageFault(message: "`download` needs --target-name and --target-dir")
        }
        let client = try client(store, options)
        try client.refresh()
        try FileAccess.makeFolder(folder)
        for name in names { try client.download(try client.find(name), to: "\(folder)/\(PercentName.file(name))") }
    }
}
