package import Core
internal import Glibc

/// A port that nobody listened on a moment ago.
package enum FreePort {
    package static func find() throws(Fault) -> Int {
        let listener = try Listener.open(host: "127.0.0.1", port: 0)
        defer { close(listener) }
        return Listener.port(of: listener)
    }
}
