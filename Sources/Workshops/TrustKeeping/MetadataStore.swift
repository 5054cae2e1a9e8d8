package import Core
internal import Files
internal import ReleaseTrust

/// The metadata that one client believes, a file for each role under a name without a version. Each is replaced whole, and
/// all are checked again whenever they are read: whoever can write here can only make the client forget.
package struct MetadataStore: Hashable, Sendable {
    package let folder: String
    /// The latest moment at which a refresh succeeded, in milliseconds since 1970.
    private var clockFile: String { folder + "/latest-time" }
    private static let clockBytesMax = 64

    package init(_ folder: String) { self.folder = folder }

    private func path(_ role: String) -> String { "\(folder)/\(PercentName.file(role)).json" }

    /// Begins with a root that was handed over by hand. It is checked before it is kept.
    package func begin(root bytes: [UInt8]) throws(Fault) {
        _ = try TrustedSet(root: bytes, now: 0)
        try FileAccess.makeFolder(folder)
        try write(TopRole.root.rawValue, bytes)
    }

    /// Nil when nothing is kept for a role.
    func read(_ role: String) throws(Fault) -> [UInt8]? {
        let path = path(role)
        guard FileAccess.isFile(path) else { return nil }
        return try FileAccess.read(path, limit: MetadataLimits.announcedBytesMax)
    }

    func write(_ role: String, _ bytes: [UInt8]) throws(Fault) { try FileAccess.writeDurably(bytes, to: path(role)) }

    /// A clock that was set back must not make old metadata fresh again. The mark is set only by a refresh that succeeded,
    /// so that a clock that ran ahead can move it no further than the metadata were good for.
    func now(_ wall: Int64) -> Int64 {
        guard let bytes = try? FileAccess.read(clockFile, limit: Self.clockBytesMax),
            let latest = Int64(String(decoding: bytes, as: UTF8.self))
        else { return wall }
        return max(wall, latest)
    }

    func note(_ now: Int64) throws(Fault) { try FileAccess.writeDurably(Array("\(now)".utf8), to: clockFile) }
}
