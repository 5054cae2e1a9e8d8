package import Core
internal import Files
internal import JSON
package import ReleaseWatch

/// Keeps the station's word on its releases over restarts. Whoever changes it does not wait for the disk.
package final class ReleaseMemory: Sendable {
    private let settings: WatchSettings
    private let kept: KeptRecord<ReleaseRecord>

    /// Reads what was kept at `path`; nothing was kept before the first release.
    package init(_ path: String, settings: WatchSettings) throws(Fault) {
        self.settings = settings
        var record = ReleaseRecord()
        if FileAccess.isFile(path) {
            record = try ReleaseRecord(try Datum(json: try FileAccess.read(path, limit: 1 << 20), named: path))
        }
        kept = KeptRecord(record, named: "the station's word on its releases", at: path) { $0.datum.json }
    }

    var record: ReleaseRecord { kept.content }

    func change(_ body: (inout ReleaseRecord) -> Void) { kept.change(body) }

    /// Tries again what the disk did not take.
    func retry() { kept.retry() }

    /// Waits until everything is on the disk; false when that takes longer than `span` nanoseconds.
    func isKept(within span: UInt64) -> Bool { kept.isKept(within: span) }

    /// Why a release may not come to work now; nil when it may.
    package func refusal(of release: ReleaseFile, isOrderedByPerson: Bool, isAtWork: Bool = false) -> Fault? {
        let record = record
        return record.holds.refusal(
            of: "\(release.digest)", settings: settings, wall: Int64(WallClock.milliseconds),
            isOrderedByPerson: isOrderedByPerson,
            isNews: !isAtWork && record.lastGood?.digest != "\(release.digest)")
    }

    /// A person lets a release be tried again.
    package func letGo(_ release: ReleaseFile) { change { $0.holds.personActed(on: "\(release.digest)") } }

    package func close() { kept.close() }
}
