internal import Core
internal import Crypto
internal import Files
internal import Glibc
internal import JSON

/// A hub's folder: whose account it is, the key that seals what is secret, and what the administrator needs.
struct HubFolder {
    static let flag = Flag("data", "DIR", "the hub's folder (lineside-hub)")
    private static let privateMode: UInt32 = 0o600

    let path: String

    init(_ options: Options) {
        path = options.text("data") ?? Environment["LINESIDE_HUB"] ?? "lineside-hub"
    }

    private var settingsFile: String { path + "/hub.json" }
    private var keyFile: String { path + "/master.key" }
    private var administratorFile: String { path + "/administrator.json" }
    private var doorFile: String { path + "/door.json" }
    private var configFile: String { path + "/aws.config" }
    var audit: String { path + "/audit.db" }

    /// What is made at the first start and stays.
    struct Settings {
        let account: String
        let region: String
    }

    /// Makes the folder where there is none, and keeps a second hub out of it.
    func lock() throws -> FileLock {
        try FileAccess.makeFolder(path)
        guard unsafe chmod(path, 0o700) == 0 else { throw Fault.system("closing \(path)") }
        return try FileLock(
            path + "/hub.lock",
            refusal: Fault(.unavailable, "another hub runs in \(path)", hint: "stop that one, or name another --data"))
    }

    /// What is made at the first start; later it is what it was. Only under the lock.
    func settle(region: String?) throws -> Settings {
        if FileAccess.isFile(settingsFile) {
            let settings = try self.settings()
            if let region, region != settings.region {
                throw ConfigurationFault(message: "this hub's region is \(settings.region): it cannot become \(region)")
            }
            return settings
        }
        let made = Settings(
            account: String(UInt64.random(in: 100_000_000_000...999_999_999_999)), region: region ?? "us-east-1")
        try write(["account": .text(made.account), "region": .text(made.region)], to: settingsFile)
        return made
    }

    func settings() throws -> Settings {
        guard FileAccess.isFile(settingsFile) else {
            throw Fault(.notFound, "there is no hub in \(path)", hint: "`lineside hub --data \(path)` makes one")
        }
        let datum = try Datum(json: try FileAccess.read(settingsFile, limit: 1 << 16), named: settingsFile)
        guard let account = datum["account"]?.text, let region = datum["region"]?.text else {
            throw Fault(.damaged, "\(settingsFile) names no account and no region")
        }
        return Settings(account: account, region: region)
    }

    /// The key that seals secrets on the disk, made once.
    func sealingKey() throws -> SealingKey {
        if FileAccess.isFile(keyFile) {
            let text = String(decoding: try FileAccess.read(keyFile, limit: 1024), as: UTF8.self)
            let digits = String(text.prefix { !$0.isNewline })
            guard let key = Hexadecimal.bytes(digits).flatMap({ SealingKey($0) }) else {
                throw Fault(
                    .damaged, "\(keyFile) is not a key", hint: "without it nothing sealed can be opened: put it back")
            }
            return key
        }
        guard !FileAccess.isFile(path + "/identity.db") else {
            throw Fault(
                .notFound, "\(keyFile) is missing, and what is in \(path) is sealed under it", hint: "put it back")
        }
        let key = SealingKey.minted()
        try FileAccess.writeDurably(
            Array((Hexadecimal.text(key.bytes) + "\n").utf8), to: keyFile, mode: Self.privateMode)
        return key
    }

    // MARK: the authority

    private static let authorityYears: Int64 = 30
    private static let serverYears: Int64 = 2
    private var authorityKeyFile: String { path + "/ca.key" }
    /// What devices are to trust.
    var authorityFile: String { path + "/ca.pem" }

    /// Who signs devices' certificates, and the hub's own; made once.
    func authority() throws -> CertificateAuthority {
        if FileAccess.isFile(authorityFile) {
            let pem = String(decoding: try FileAccess.read(authorityFile, limit: 1 << 16), as: UTF8.self)
            let key = try PrivateKey(pem: try FileAccess.read(authorityKeyFile, limit: 1 << 16))
            guard let authority = Certificate(pem: pem).flatMap({ CertificateAuthority($0, key: key) }) else {
                throw Fault(
                    .damaged, "\(authorityFile) and \(authorityKeyFile) do not belong together",
                    hint: "put back those that do")
            }
            return authority
        }
        let key = PrivateKey(.ecdsa)
        let now = Int64(WallClock.milliseconds / 1000)
        let certificate = CertificateAuthority.founded(
            "Lineside hub", key: key, from: now - 86_400, until: now + Self.authorityYears * 365 * 86_400)
        // The key first: a certificate that is there has its key beside it.
        try FileAccess.writeDurably(key.pem(passphrase: nil), to: authorityKeyFile, mode: Self.privateMode)
        try FileAccess.writeDurably(Array(certificate.pem.utf8), to: authorityFile)
        guard let authority = CertificateAuthority(certificate, key: key) else {
            throw Fault(.system, "the new authority does not believe itself")
        }
        return authority
    }

    /// What the hub shows to devices: made at each start, because its names may have changed.
    func serverCertificate(for host: String, of authority: CertificateAuthority) throws -> (file: String, key: String) {
        let key = PrivateKey(.ecdsa)
        let now = Int64(WallClock.milliseconds / 1000)
        let isAddress = host.utf8.allSatisfy { (48...57).contains($0) || $0 == UInt8(ascii: ".") }
        let names =
            ["DNS:localhost", "IP:127.0.0.1"] + (host == "127.0.0.1" ? [] : [(isAddress ? "IP:" : "DNS:") + host])
        let certificate = authority.issue(
            for: key.publicKey, commonName: "Lineside hub", .server, names: names, from: now - 86_400,
            until: now + Self.serverYears * 365 * 86_400)
        try FileAccess.writeDurably(key.pem(passphrase: nil), to: path + "/server.key", mode: Self.privateMode)
        try FileAccess.writeDurably(Array(certificate.pem.utf8), to: path + "/server.pem")
        return (path + "/server.pem", path + "/server.key")
    }

    private func write(_ datum: Datum, to file: String, mode: UInt32 = 0o644) throws(Fault) {
        try FileAccess.writeDurably(datum.json, to: file, mode: mode)
    }

    // MARK: the administrator

    var hasAdministrator: Bool { FileAccess.isFile(administratorFile) }

    func keep(administrator keyID: String, secret: String) throws(Fault) {
        try write(
            ["access_key_id": .text(keyID), "secret_access_key": .text(secret)], to: administratorFile,
            mode: Self.privateMode)
    }

    /// Where the hub listens now, and how AWS's own tools are set up for it.
    func keep(address: String, region: String) throws(Fault) {
        try write(["url": .text(address)], to: doorFile)
        let config = """
            [default]
            region = \(region)
            cli_binary_format = raw-in-base64-out
            cli_pager =

            """
        try FileAccess.writeDurably(Array(config.utf8), to: configFile)
    }

    func forgetAddress() { FileAccess.remove(doorFile) }

    /// What an AWS client reads from its environment.
    func environment() throws -> [(name: String, value: String)] {
        let settings = try settings()
        guard let door = try? Datum(json: try FileAccess.read(doorFile, limit: 1 << 16)), let url = door["url"]?.text
        else {
            throw Fault(
                .unavailable, "the hub in \(path) is not running", hint: "start it with `lineside hub --data \(path)`")
        }
        let key = try Datum(json: try FileAccess.read(administratorFile, limit: 1 << 16), named: administratorFile)
        return [
            ("AWS_ENDPOINT_URL", url), ("AWS_ACCESS_KEY_ID", key["access_key_id"]?.text ?? ""),
            ("AWS_SECRET_ACCESS_KEY", key["secret_access_key"]?.text ?? ""), ("AWS_REGION", settings.region),
            ("AWS_DEFAULT_REGION", settings.region), ("AWS_CONFIG_FILE", FileAccess.resolved(configFile)),
        ]
    }
}
