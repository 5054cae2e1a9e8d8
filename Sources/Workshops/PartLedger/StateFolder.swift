package import Core
internal import Glibc

/// Where a station keeps what it must not lose.
package struct StateFolder: Hashable, Sendable {
    package let path: String

    package init(_ path: String) { self.path = path }

    package var ledger: String { path + "/ledger.db" }
    package var ledgerLock: String { path + "/ledger.lock" }
    package var frames: String { path + "/frames" }

    /// What the disk has left for us.
    package var freeBytes: Int {
        var status = statvfs()
        guard unsafe statvfs(path, &status) == 0 else { return 0 }
        return Int(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
    }

    /// Makes the folder, and the one for frames in it.
    package func make() throws(Fault) {
        var place = path.hasPrefix("/") ? "" : "."
        for part in (path + "/frames").split(separator: "/") {
            place += "/" + part
            guard unsafe mkdir(place, 0o755) == 0 || errno == EEXIST else { throw Fault.system("making \(place)") }
        }
    }
}
