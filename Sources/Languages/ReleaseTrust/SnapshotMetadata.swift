package import Core

/// Which snapshot is the present one: signed anew all the time, so that silence is noticed.
package struct TimestampMetadata: MetadataBody {
    package static let type = "timestamp"
    package let snapshot: MetaFile

    package init(reading source: MetadataSource) throws(Fault) {
        snapshot = try MetaFile(source.reader.member("meta").member("snapshot.json"))
    }
}

/// Which versions of all targets roles belong together.
package struct SnapshotMetadata: MetadataBody {
    package static let type = "snapshot"
    /// By role.
    package let files: [String: MetaFile]

    package init(reading source: MetadataSource) throws(Fault) {
        var files: [String: MetaFile] = [:]
        for (name, value) in try source.reader.member("meta").members() {
            let file = try MetaFile(value)
            guard name.hasSuffix(".json") else { continue }
            files[String(name.dropLast(".json".count))] = file
        }
        guard files[TopRole.targets.rawValue] != nil else {
            throw Fault(.malformed, "\(source.reader.path).meta has no \"targets.json\"")
        }
        self.files = files
    }
}
