internal import Core
internal import Database

/// Some rows of a bucket, and what its rules do with them. It is read beside whoever writes; where there is something
/// to do it is read again within the change, so that nothing goes that has changed meanwhile.
struct LifecyclePage: Sendable {
    private static let rowsMax = 500

    /// Where a page begins.
    struct Place: Sendable {
        var key = ""
        /// Of that key, versions that are older alone.
        var below = Int64.max
        var trail = LifecyclePlan.Trail()
    }

    let steps: [LifecyclePlan.Step]
    /// Nil behind the last row.
    let next: Place?

    init(
        _ bucket: String, _ plan: LifecyclePlan, from place: Place, now: Int64, _ database: Database
    ) throws(Fault) {
        let hasBody = plan.looksAtTags
        let rows = try database.rows(
            """
            SELECT \(LifecycleRow.columns)\(hasBody ? ", body" : "") FROM versions
            WHERE bucket = ?1 AND key >= ?2 AND (key > ?2 OR seq < ?3) ORDER BY key, seq DESC LIMIT ?4
            """, [.text(bucket), .text(place.key), .int(place.below), .int(Int64(Self.rowsMax + 1))]
        ) { row throws(Fault) in try LifecycleRow(row, hasBody: hasBody) }
        let here = rows.prefix(Self.rowsMax)
        let behind = rows.dropFirst(Self.rowsMax).first
        var trail = place.trail
        steps = plan.steps(here, before: behind, trail: &trail, now: now)
        next = behind == nil ? nil : here.last.map { Place(key: $0.key, below: $0.seq, trail: trail) }
    }
}
