internal import Core

/// One rule of a bucket's lifecycle: which objects it means, and how old they may become.
struct LifecycleRule: Hashable, Sendable {
    /// Where its conditions stand in a document; they are told as they came.
    enum Form: String, Sendable {
        /// The prefix of the rule itself, as rules were written before there were filters.
        case bare
        /// One condition, or none.
        case single
        /// Several, in an `And`.
        case joined
    }

    struct Tag: Hashable, Sendable {
        let key: String
        let value: String
    }

    /// When the newest version has had its time.
    enum Expiration: Hashable, Sendable {
        case days(Int)
        /// Milliseconds since 1970.
        case date(Int64)
        /// Never; a delete marker that hides nothing any more goes, or not.
        case markers(Bool)
    }

    var id = ""
    var isEnabled = true
    var form = Form.single
    var prefix: String?
    var tags: [Tag] = []
    var sizeAbove: Int?
    var sizeBelow: Int?
    var expiration: Expiration?
    var noncurrentDays: Int?
    /// So many versions that are not the newest stay, however old they are.
    var newerVersions: Int?
    var uploadDays: Int?

    func means(key: String) -> Bool { key.utf8.starts(with: (prefix ?? "").utf8) }

    /// A marker has neither tags nor a size.
    func means(_ row: LifecycleRow) -> Bool {
        guard means(key: row.key) else { return false }
        if row.isMarker { return tags.isEmpty && sizeAbove == nil && sizeBelow == nil }
        if let sizeAbove, row.size <= sizeAbove { return false }
        if let sizeBelow, row.size >= sizeBelow { return false }
        return tags.allSatisfy { row.tags[$0.key] == $0.value }
    }
}

/// As it lies in the bucket's record.
extension LifecycleRule {
    init(_ datum: Datum) {
        id = datum["id"]?.text ?? ""
        isEnabled = datum["enabled"]?.bool ?? false
        form = datum["form"]?.text.flatMap(Form.init) ?? .single
        prefix = datum["prefix"]?.text
        tags = (datum["tags"]?.list ?? []).map {
            Tag(key: $0["Key"]?.text ?? "", value: $0["Value"]?.text ?? "")
        }
        sizeAbove = datum["above"]?.whole
        sizeBelow = datum["below"]?.whole
        expiration =
            datum["days"]?.whole.map(Expiration.days) ?? datum["date"]?.whole.map { .date(Int64($0)) }
            ?? datum["markers"]?.bool.map(Expiration.markers)
        noncurrentDays = datum["noncurrentDays"]?.whole
        newerVersions = datum["newerVersions"]?.whole
        uploadDays = datum["uploadDays"]?.whole
    }

    var datum: Datum {
        var map: DatumMap = ["id": .text(id), "enabled": .bool(isEnabled), "form": .text(form.rawValue)]
        map["prefix"] = prefix.map(Datum.text)
        if !tags.isEmpty { map["tags"] = .list(tags.map { ["Key": .text($0.key), "Value": .text($0.value)] }) }
        map["above"] = sizeAbove.map(Datum.whole)
        map["below"] = sizeBelow.map(Datum.whole)
        switch expiration {
        case .days(let days): map["days"] = .whole(days)
        case .date(let date): map["date"] = .whole(Int(date))
        case .markers(let go): map["markers"] = .bool(go)
        case nil: break
        }
        map["noncurrentDays"] = noncurrentDays.map(Datum.whole)
        map["newerVersions"] = newerVersions.map(Datum.whole)
        map["uploadDays"] = uploadDays.map(Datum.whole)
        return .map(map)
    }
}
