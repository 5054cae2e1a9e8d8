internal import AWSProtocol
internal import Core

/// How users, roles and policies are written down.
enum Principals {
    private static let idLetters = 17

    static func id(_ prefix: String) -> String { prefix + Secret.minted(letters: idLetters, capitalsOnly: true) }

    static func arn(_ kind: String, _ path: String, _ name: String, account: String) -> String {
        "arn:aws:iam::\(account):\(kind)\(path)\(name)"
    }

    static var now: Datum { .whole(Int(WallClock.milliseconds)) }

    static func user(_ name: String, path: String, tags: [Datum], account: String) -> DatumMap {
        DatumMap([
            ("UserName", .text(name)), ("Path", .text(path)), ("UserId", .text(id("AIDA"))),
            ("Arn", .text(arn("user", path, name, account: account))), ("CreateDate", now), ("Tags", .list(tags)),
            ("Attached", .list([])), ("Inline", .map(DatumMap())),
        ])
    }

    /// As answers show a record: without what is ours, and with times as people write them.
    static func shown(_ record: Datum, _ members: [String]) -> Datum {
        var shown = DatumMap()
        for name in members {
            guard let value = record[name] else { continue }
            if name.hasSuffix("Date"), let milliseconds = value.whole {
                shown[name] = .text(time(milliseconds))
            } else if value != .list([]) {
                shown[name] = value
            }
        }
        return .map(shown)
    }

    static func time(_ milliseconds: Int) -> String {
        String(CivilTime(milliseconds: Int64(milliseconds)).iso.prefix(19)) + "Z"
    }

    /// Documents travel percent-encoded in answers.
    static func encoded(_ document: String) -> Datum { .text(PercentText.encoded(document)) }

    /// One part of a list, as IAM does it everywhere.
    static func part(
        _ call: Call, _ name: String, _ keys: [String], _ row: (String) -> Datum?
    ) throws(ServiceProblem) -> Datum {
        let (part, next) = try Paging.part(
            keys, token: call.text("Marker"), limit: call.whole("MaxItems") ?? 100, invalid: "InvalidInput")
        return [
            name: .list(part.compactMap(row)), "IsTruncated": .bool(next != nil),
            "Marker": next.map(Datum.text) ?? .null,
        ]
    }

    static let paging = [Member("Marker"), Member("MaxItems", .whole, 1...1000)]
    static let tag = Shape.structure([Member("Key", required: true, 1...128), Member("Value", 0...256)])
    static let name = 1...64
    static let policyName = 1...128
    /// What names may hold beside letters and digits.
    static let marks = "+=,.@_-"

    static func missing(_ what: String, _ name: String) -> ServiceProblem {
        ServiceProblem("NoSuchEntity", "The \(what) with name \(name) cannot be found.", status: 404)
    }

    static func taken(_ what: String, _ name: String) -> ServiceProblem {
        ServiceProblem("EntityAlreadyExists", "\(what) with name \(name) already exists.", status: 409)
    }

    static func bound(_ why: String) -> ServiceProblem {
        ServiceProblem("DeleteConflict", "Cannot delete entity, must \(why) first.", status: 409)
    }

    /// Paths begin and end with a slash.
    static func path(_ call: Call) throws(ServiceProblem) -> String {
        let path = call.text("Path") ?? "/"
        guard path.hasPrefix("/"), path.hasSuffix("/"), path.utf8.count <= 512,
            path.utf8.allSatisfy({ (0x21...0x7e).contains($0) })
        else {
            throw ServiceProblem(
                "ValidationError", "The specified value for path is invalid. It must begin and end with /")
        }
        return path
    }
}
