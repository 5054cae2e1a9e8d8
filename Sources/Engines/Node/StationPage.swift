internal import Core
internal import Files
internal import JSON

/// Where a station's page is, and what opens its door.
struct StationPage: Hashable, Sendable {
    private static let everywhere = ["0.0.0.0": "127.0.0.1", "::": "::1"]

    private let host: String
    let port: Int
    private let tokenFile: String?

    /// As `page` of the station's line.json says, whose paths begin at the root.
    init(_ page: DatumMap, port: Int) {
        host = page["host"]?.text ?? "127.0.0.1"
        tokenFile = page["token_file"]?.text
        self.port = port
    }

    var address: String {
        let host = Self.everywhere[host] ?? host
        return host.contains(":") ? "http://[\(host)]:\(port)" : "http://\(host):\(port)"
    }

    /// Read whenever it is needed: a person may have changed it.
    func token() throws(Fault) -> String? { try TokenFile.read(tokenFile) }
}
