internal import Core
internal import ReleasePublishing
internal import ReleaseTrust

/// What an owner wants to know of a repository: what nodes see, how long it is good, and what waits for a signature.
struct ReleaseStatus {
    private let repository: ReleaseRepository
    private let state: PublishedState

    init(_ repository: ReleaseRepository) throws {
        self.repository = repository
        state = try repository.published()
    }

    func show(json: Bool) throws -> Int32 {
        if json { Verbs.say(try datum) } else { Verbs.say(try text) }
        return ExitCode.ok
    }

    private struct Row {
        let role: String
        let version: Int?
        let expiry: Expiry?
        var targets: Int?
        let keys: RoleKeys?
        let draft: MetadataDraft?
    }

    private func row<Body>(_ role: String, _ metadata: SignedMetadata<Body>?, targets: Int? = nil) throws -> Row {
        Row(
            role: role, version: metadata?.version, expiry: metadata?.expiry, targets: targets,
            keys: try? repository.keys(of: role, state), draft: try repository.draft(role, state))
    }

    private var rows: [Row] {
        get throws {
            var rows = [
                try row("root", state.root), try row("timestamp", state.timestamp),
                try row("snapshot", state.snapshot),
            ]
            for role in Set(state.roles.keys).union(["targets"]).sorted(by: Self.inOrder) {
                rows.append(try row(role, state.roles[role], targets: state.roles[role]?.body.targets.count ?? 0))
            }
            return rows
        }
    }

    private static func inOrder(_ left: String, _ right: String) -> Bool {
        left == "targets" || (right != "targets" && left < right)
    }

    private var text: String {
        get throws {
            try rows.map { row in
                var words = [row.role + ":"]
                words.append(row.version.map { "version \($0)" } ?? "not published yet")
                if let expiry = row.expiry { words.append("good until \(expiry)") }
                if let targets = row.targets { words.append("\(targets) targets") }
                if let keys = row.keys {
                    words.append("\(keys.threshold) of \(keys.ids.map { String($0.prefix(8)) }.joined(separator: " "))")
                }
                if let draft = row.draft { words.append("draft of version \(draft.version)") }
                return words.joined(separator: "  ")
            }.joined(separator: "\n")
        }
    }

    private var datum: Datum {
        get throws {
            let list = try rows.map { row -> Datum in
                var map: DatumMap = ["role": .text(row.role)]
                map["version"] = row.version.map(Datum.whole)
                map["expires"] = row.expiry.map { .text("\($0)") }
                map["targets"] = row.targets.map(Datum.whole)
                map["threshold"] = row.keys.map { .whole($0.threshold) }
                map["keys"] = row.keys.map { .list($0.ids.map(Datum.text)) }
                map["draft"] = row.draft.map { .whole($0.version) }
                return .map(map)
            }
            return ["roles": .list(list)]
        }
    }
}
