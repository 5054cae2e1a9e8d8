/// B1: a bucket whose objects have versions cannot be deleted while any of them is left.
enum BucketRule {
    static func findings(_ walk: Walkthrough) -> [ClinicFinding] {
        let versioned = Set(
            walk.calls("s3api", "put-bucket-versioning").compactMap { $0.call.value("bucket").map(plain) })
        let purged = Set(walk.calls("s3api", "list-object-versions").compactMap { $0.call.value("bucket").map(plain) })
        return walk.calls { isRemoval($0) }.compactMap { _, step, call in
            guard let bucket = bucket(call), !purged.contains(Walkthrough.plain(bucket)) else { return nil }
            let isVersioned = versioned.contains(Walkthrough.plain(bucket))
            return walk.finding(
                isVersioned ? .error : .warning, "bucket-versions", ["B1", "T1"], at: step.command.range.lowerBound,
                of: step.passage,
                "`s3 rm --recursive` only puts delete markers over the objects of a bucket with versions (\(bucket))",
                isVersioned
                    ? "the bucket still holds every version: deleting it answers 409 BucketNotEmpty"
                    : "where versioning is on, deleting it answers 409 BucketNotEmpty",
                advice: "delete all versions and markers first", edits: [walk.insertion(purge(bucket), before: step)])
        }
    }

    private static func plain(_ word: ShellWord) -> String { Walkthrough.plain(word.text) }

    private static func isRemoval(_ call: AWSCall) -> Bool { call.is("s3", "rb") || call.is("s3api", "delete-bucket") }

    private static func bucket(_ call: AWSCall) -> String? {
        if let word = call.value("bucket") { return word.text }
        guard let address = call.arguments.first(where: { $0.text.hasPrefix("s3://") }) else { return nil }
        return address.text.dropFirst(5).split(separator: "/").first.map(String.init)
    }

    /// One request lists a thousand at most, which is what one deletes.
    private static func purge(_ bucket: String) -> [String] {
        [
            "while aws s3api list-object-versions --no-paginate --bucket \"\(bucket)\" --output json \\",
            "    --query '{Objects: [Versions, DeleteMarkers][].{Key: Key, VersionId: VersionId}}' > object-versions.json &&",
            "    grep -q VersionId object-versions.json; do",
            "    aws s3api delete-objects --bucket \"\(bucket)\" --delete file://object-versions.json > object-deletions.json &&",
            // What is locked stays for ever.
            "        ! grep -q '\"Errors\"' object-deletions.json || break",
            "done",
            "rm -f object-versions.json object-deletions.json",
        ]
    }
}
