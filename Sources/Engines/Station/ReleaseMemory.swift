package import Core
internal import Files
internal import JSON
package import ReleaseWatch
internal import Synchronization

/// Keeps the station's word on its releases over restarts. Whoever changes it does not wait for the disk.
///
/// Concurrency: the record is under its lock; one thread writes the file.
package final class ReleaseMemory: Sendable {
    private let path: String
    private let settings: WatchSettings
    private let pool = WorkerPool("release-memory", threads: 1)
    private let state: Mutex<ReleaseRecord>
    private let written = Flagpole()

    /// Reads what was kept at `path`; nothing was kept before the first release.
    package init(_ path: String, settings: WatchSettings) throws(Fault) {
        self.path = path
        self.settings = settings
        guard FileAccess.isFile(path) else {
            state = Mutex(ReleaseRecord())
            return
        }
        state = Mutex(try ReleaseRecord(try Self.datum(path)))
    }

    private static func datum(_ path: String) throws(Fault) -> Datum {
        try Datum(json: try FileAccess.read(path, limit: 1 << 20), named: path)
    }

    var record: ReleaseRecord { state.withLock { $0 } }

    func change(_ body: (inout ReleaseRecord) -> Void) {
        state.withLock { body(&$0) }
        pool.submit { [self] in write() }
    }

    private func write() {
        do throws(Fault) { try FileAccess.write(record.datum.json, to: path) } catch {
            Log.line("the station's word on its releases is not kept: \(error)")
        }
    }

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

    /// Waits until everything is on the disk.
    package func close() {
        pool.submit { [self] in written.raise() }
        written.wait()
    }
}
