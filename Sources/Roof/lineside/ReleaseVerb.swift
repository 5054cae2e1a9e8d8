internal import Core
internal import Crypto
internal import Files
internal import Node
internal import ReleasePublishing
internal import ReleaseTrust

/// `lineside release`: the owner's side of a signed repository.
enum ReleaseVerb {
    static let verb = Verb(
        name: "release", summary: "sign releases and publish them, so that nodes believe nobody else",
        usage: """
            release init DIR                      keys for every role, and the first root
                   or   release add DIR FILE --name NAME      take a file in (a folder: all files in it, under NAME/; a
                                                              station's release gets its index)
                   or   release publish DIR                   sign, check as a node would, let the world see it
                   or   release status DIR
                   or   release remove DIR NAME
                   or   release sign DIR ROLE --key FILE      add a signature to a draft, with a key kept elsewhere
                   or   release rotate DIR ROLE               new keys for root, targets, snapshot or timestamp
                   or   release delegate DIR ROLE --add PUB --path PATTERN
                   or   release keygen FILE
            """,
        flags: [
            Flag("name", "NAME", "with `add`: what nodes will ask for; without it the file's own name"),
            Flag("role", "ROLE", "with `add`, `remove` and `delegate`: whose say it is (targets)"),
            Flag("custom", "JSON_FILE", "with `add`: data to sign along, for whoever installs it"),
            Flag("key", "FILE", repeats: true, "a private key that is not in DIR/keys"),
            Flag(
                "passphrase-file", "FILE", "what locks and opens private keys; a file, so that no command line shows it"
            ),
            Flag("kind", "KIND", "ed25519 (the default), ecdsa (P-256) or rsa (PSS), for new keys"),
            Flag("root-keys", "N", "with `init`: how many keys the root has (3)"),
            Flag("root-threshold", "N", "with `init`: how many of them must sign a new root (2)"),
            Flag("threshold", "N", "with `rotate` and `delegate`: how many signatures the role needs"),
            Flag("add", "PUB", repeats: true, "with `rotate` and `delegate`: a public key that gets the role"),
            Flag("remove", "ID", repeats: true, "with `rotate`: a key that loses it, by the first digits of its name"),
            Flag("path", "PATTERN", repeats: true, "with `delegate`: which targets, as in \"line-4/*\""),
            Flag("terminating", "with `delegate`: nobody after this role is asked about them"), Options.output,
        ],
        notes: """
            Serve DIR/public, by any web server, and nothing else of DIR. Give DIR/public/metadata/1.root.json to each node
            by hand: that is where its trust begins. Then move the root's keys, and better also targets', to where no
            network is, and bring them with --key when they are needed. Run `publish` again every few days, from a timer if
            you like: a timestamp is good for 14 days, so that nobody can keep news from nodes for longer.
            """, run: run)

    private static func run(_ options: Options) throws -> Int32 {
        let words = options.words
        switch (words.first, words.count) {
        case ("keygen", 2): return try keygen(words[1], options)
        case ("init", 2): return try begin(words[1], options)
        case ("add", 3): return try add(words[1], words[2], options)
        case ("remove", 3): return try remove(words[1], words[2], options)
        case ("sign", 3): return try sign(words[1], words[2], options)
        case ("publish", 2): return try publish(words[1], options)
        case ("rotate", 3): return try rotate(words[1], words[2], options)
        case ("delegate", 3): return try delegate(words[1], words[2], options)
        case ("status", 2): return try ReleaseStatus(ReleaseRepository(words[1])).show(json: try options.wantsJSON)
        default:
            throw UsageFault(
                message: "say `init DIR`, `add DIR FILE`, `publish DIR`, or another verb with what it needs")
        }
    }

    private static func keygen(_ path: String, _ options: Options) throws -> Int32 {
        let key = PrivateKey(try kind(options))
        try KeyFile.write(key, to: path, passphrase: try passphrase(options))
        let id = KeyRecord(key.publicKey).id
        try tell(options, ["key": .text(id), "private": .text(path), "public": .text(path + ".pub")]) {
            "key \(id)\nprivate, for you alone: \(path)\npublic: \(path).pub"
        }
        return ExitCode.ok
    }

    private static func begin(_ path: String, _ options: Options) throws -> Int32 {
        var beginning = ReleaseRepository.Beginning()
        beginning.kind = try kind(options)
        beginning.passphrase = try passphrase(options)
        beginning.rootKeys = try options.int("root-keys", in: 1...32) ?? beginning.rootKeys
        beginning.rootThreshold =
            try options.int("root-threshold", in: 1...32) ?? min(beginning.rootThreshold, beginning.rootKeys)
        let repository = ReleaseRepository(path)
        let files = try repository.begin(beginning)
        let root = "\(repository.folder.metadata)/1.root.json"
        try tell(options, ["root": .text(root), "keys": .list(files.map(Datum.text))]) {
            """
            the root that nodes begin with: \(root)
            private keys: \(files.joined(separator: "\n              "))
            next: lineside release add \(path) FILE --name NAME, then lineside release publish \(path)
            """
        }
        return ExitCode.ok
    }

    private static func add(_ path: String, _ file: String, _ options: Options) throws -> Int32 {
        let repository = ReleaseRepository(path)
        let name = options.text("name") ?? String(file.split(separator: "/").last ?? "")
        let custom = try options.text("custom").map { file in
            try MetadataDraft.custom(try FileAccess.read(file, limit: 1 << 20), name: file)
        }
        var added: [Datum] = []
        for (file, name) in try files(file, name) {
            let digest = try repository.add(
                file, as: try TargetName(parsing: name), role: options.text("role") ?? "targets", custom: custom)
            added.append(["name": .text(name), "sha256": .text("\(digest)")])
        }
        if let index = try index(file) {
            let target = "\(name)/\(ReleaseIndex.fileName)"
            let digest = try repository.add(
                index, as: try TargetName(parsing: target), role: options.text("role") ?? "targets", custom: custom)
            FileAccess.remove(PathName.folder(of: index))
            added.append(["name": .text(target), "sha256": .text("\(digest)")])
        }
        let names = added.compactMap { $0["name"]?.text }
        try tell(options, ["added": .list(added)]) {
            "added \(names.joined(separator: ", ")); nobody sees it before `lineside release publish \(path)`"
        }
        return ExitCode.ok
    }

    /// A station's release is installed whole: its index says which files belong together. Nil for anything else.
    private static func index(_ path: String) throws -> String? {
        guard FileAccess.isFile(path + "/model.onnx"), FileAccess.isFile(path + "/metadata.json") else { return nil }
        let file = try FileAccess.temporaryFolder("lineside-index") + "/" + ReleaseIndex.fileName
        try FileAccess.write(try ReleaseIndex(folder: path).bytes, to: file)
        return file
    }

    /// A file under its name, or all files of a folder under theirs.
    private static func files(_ path: String, _ name: String) throws -> [(file: String, name: String)] {
        guard FileAccess.isFolder(path) else { return [(path, name)] }
        return try FileAccess.names(in: path).filter { $0 != ReleaseIndex.fileName }.flatMap {
            try files("\(path)/\($0)", "\(name)/\($0)")
        }
    }

    private static func remove(_ path: String, _ name: String, _ options: Options) throws -> Int32 {
        try ReleaseRepository(path).remove(name, role: options.text("role") ?? "targets")
        try tell(options, ["removed": .text(name)]) { "removed \(name); publish to let nodes know" }
        return ExitCode.ok
    }

    private static func sign(_ path: String, _ role: String, _ options: Options) throws -> Int32 {
        let repository = ReleaseRepository(path)
        let (signers, threshold) = try repository.sign(role, with: try ring(repository, options))
        let list = signers.map { String($0.prefix(8)) }.joined(separator: ", ")
        try tell(
            options, ["role": .text(role), "signers": .list(signers.map(Datum.text)), "threshold": .whole(threshold)]
        ) { "\(role): \(signers.count) of \(threshold) signatures\(signers.isEmpty ? "" : ": \(list)")" }
        return ExitCode.ok
    }

    private static func publish(_ path: String, _ options: Options) throws -> Int32 {
        let repository = ReleaseRepository(path)
        let publication = try repository.publish(with: try ring(repository, options))
        let parts = publication.parts.map { part -> Datum in
            ["role": .text(part.role), "version": .whole(part.version)]
        }
        try tell(options, ["published": .list(parts)]) {
            "published " + publication.parts.map { "\($0.role) \($0.version)" }.joined(separator: ", ")
        }
        return ExitCode.ok
    }

    private static func rotate(_ path: String, _ role: String, _ options: Options) throws -> Int32 {
        guard let top = TopRole(rawValue: role) else {
            throw UsageFault(message: "rotate knows root, targets, snapshot and timestamp; for others use delegate")
        }
        var rotation = ReleaseRepository.Rotation()
        for file in options.texts("add") { rotation.added.append(try KeyFile.readPublic(file)) }
        rotation.removed = options.texts("remove")
        rotation.threshold = try options.int("threshold", in: 1...32)
        rotation.kind = try kind(options)
        rotation.passphrase = try passphrase(options)
        let files = try ReleaseRepository(path).rotate(top, rotation)
        try tell(options, ["role": .text(role), "keys": .list(files.map(Datum.text))]) {
            (["\(role) has other keys in the next root; publish to let nodes know"] + files).joined(separator: "\n")
        }
        return ExitCode.ok
    }

    private static func delegate(_ path: String, _ role: String, _ options: Options) throws -> Int32 {
        var keys: [PublicKey] = []
        for file in options.texts("add") { keys.append(try KeyFile.readPublic(file)) }
        guard !keys.isEmpty, !options.texts("path").isEmpty else {
            throw UsageFault(message: "delegate needs --add PUB and --path PATTERN")
        }
        var new = NewDelegation(role: role, keys: keys, paths: options.texts("path"))
        new.threshold = try options.int("threshold", in: 1...32) ?? 1
        new.isTerminating = options.has("terminating")
        try ReleaseRepository(path).delegate(new, from: options.text("role") ?? "targets")
        try tell(options, ["role": .text(role)]) { "\(role) may answer for \(new.paths.joined(separator: ", "))" }
        return ExitCode.ok
    }

    private static func kind(_ options: Options) throws -> KeyKind {
        let text = options.text("kind") ?? KeyKind.ed25519.rawValue
        guard let kind = KeyKind(rawValue: text) else {
            throw UsageFault(message: "--kind \(text) is neither ed25519, ecdsa nor rsa")
        }
        return kind
    }

    private static func passphrase(_ options: Options) throws -> String? {
        try TokenFile.read(options.text("passphrase-file"))
    }

    private static func ring(_ repository: ReleaseRepository, _ options: Options) throws -> KeyRing {
        try KeyRing(
            folder: repository.folder.keys, and: options.texts("key"), passphrase: try passphrase(options))
    }

    private static func tell(_ options: Options, _ datum: Datum, _ text: () -> String) throws {
        if try options.wantsJSON { Verbs.say(datum) } else { Verbs.say(text()) }
    }
}
