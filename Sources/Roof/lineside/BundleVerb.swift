internal import Archive
internal import Core
internal import Files
internal import ReleasePublishing
internal import ReleaseTrust
internal import TrustKeeping

/// `lineside bundle`: a signed repository in one file, for nodes that no network reaches.
enum BundleVerb {
    static let verb = Verb(
        name: "bundle", summary: "put signed releases into one file for a USB stick, or look into one",
        usage:
            "bundle create REPOSITORY -o FILE [--target NAME ...]   or   bundle inspect FILE [--root ROOT_JSON] [--json]",
        flags: [
            Flag("output", "FILE", "with `create`: the file to write (-o for short)"),
            Flag("target", "NAME", repeats: true, "with `create`: what to take along; without it everything"),
            Flag("root", "ROOT_JSON", "with `inspect`: check against this root, not against the one in the file"),
            Flag("json", "with `inspect`: answer in JSON"),
        ],
        notes: """
            REPOSITORY is an owner's folder, or one with `metadata` and `targets` in it. A node installs from the file by the
            same checks as from a network: what is signed for, and how long that is good, is in it too.
            """, run: run)

    private static func run(_ options: Options) throws -> Int32 {
        switch (options.words.first, options.words.count) {
        case ("create", 2): return try create(options.words[1], options)
        case ("inspect", 2): return try inspect(options.words[1], options)
        default: throw UsageFault(message: "say `create REPOSITORY -o FILE` or `inspect FILE`")
        }
    }

    private static func create(_ path: String, _ options: Options) throws -> Int32 {
        guard let output = options.text("output") else { throw UsageFault(message: "-o FILE is missing") }
        let names = options.texts("target")
        let contents = try ReleaseBundle.create(output, from: source(path), names: names.isEmpty ? nil : names)
        for target in contents.targets { Verbs.say(TargetReport.text(target)) }
        Verbs.say("\(output): \(contents.targets.count) targets, \(ByteSize(contents.bytes))")
        return ExitCode.ok
    }

    private static func source(_ path: String) -> FolderSource {
        let own = ReleaseFolder(path)
        if FileAccess.isFolder(own.metadata) { return FolderSource(metadata: own.metadata, targets: own.targets) }
        return FolderSource(metadata: path + "/metadata", targets: path + "/targets")
    }

    private static func inspect(_ path: String, _ options: Options) throws -> Int32 {
        let source = BundleSource(path)
        let held = Set(try source.packed.entries().map(\.name))
        let root = try options.text("root").map { try FileAccess.read($0, limit: MetadataLimits.rootBytesMax) }
        let client = try ReleaseBundle.trusting(source, root: root)
        let targets = try client.names().compactMap { try? client.find($0) }
        let report = BundleReport(
            roles: try client.topRoles(), present: targets.filter { held.contains($0.bundledName) },
            absent: targets.filter { !held.contains($0.bundledName) }, isTrusted: root != nil)
        if options.has("json") { Verbs.say(report.datum) } else { Verbs.say(report.text) }
        return ExitCode.ok
    }
}

/// What is in a bundle.
private struct BundleReport {
    let roles: [ReleaseClient.RoleState]
    let present: [VerifiedTarget]
    let absent: [VerifiedTarget]
    let isTrusted: Bool

    var text: String {
        var lines = roles.map { "\($0.role) version \($0.version), good until \($0.expires)" }
        lines += present.map { TargetReport.text($0) }
        if !absent.isEmpty { lines.append("not in it: \(absent.map(\.name).joined(separator: ", "))") }
        lines.append(
            isTrusted
                ? "checked against the root that was given"
                : "checked against the root inside: it is whole; --root ROOT_JSON tells whether it is yours")
        return lines.joined(separator: "\n")
    }

    var datum: Datum {
        let list = roles.map { role -> Datum in
            ["role": .text(role.role), "version": .whole(role.version), "expires": .text(role.expires)]
        }
        return [
            "roles": .list(list), "targets": .list(present.map(TargetReport.datum)),
            "absent": .list(absent.map { .text($0.name) }), "trusted": .bool(isTrusted),
        ]
    }
}
