package import Components
package import Core
internal import Recipes

/// A node's configuration, as Greengrass's own file has it, with a section of ours.
package struct NodeConfiguration: Hashable, Sendable {
    package struct Releases: Hashable, Sendable {
        /// An address, or a folder.
        package var repository: String?
        /// The root that is trusted.
        package var root: String?
        package var allowsUnsigned = false
    }

    package struct Spool: Hashable, Sendable {
        package var endpoint: String?
        package var bytesMax = 64 << 20
    }

    package struct Figures: Hashable, Sendable {
        /// A CloudWatch endpoint.
        package var endpoint: String?
        package var every = 60 * Span64.second
    }

    /// Who the node is at its hub, and where that is.
    package struct Identity: Hashable, Sendable {
        package var certificateFile: String?
        package var keyFile: String?
        package var authorityFile: String?
        package var roleAlias: String?
        package var dataHost: String?
        package var credentialsHost: String?
        package var documentPort = 8443
        package var messagePort = 8883
    }

    package var thingName: String?
    package var root: String?
    package var identity = Identity()
    package var region = "us-east-1"
    package var user = "nobody"
    package var storeBytesMax = 10_000_000_000
    package var fillsConfiguration = false
    package var doorHost = "127.0.0.1"
    package var doorPort = 8090
    /// Files of stations, from the root of the file system.
    package var stations: [String] = []
    package var releases = Releases()
    package var spool = Spool()
    package var figures = Figures()
    package var python = PythonHome.Resolver.asWritten
    package var proving = 60 * Span64.second
    package var steady = 3 * Span64.second

    package init() {}

    /// Reads `text`; relative paths in it begin at `folder`.
    package init(parsing text: [UInt8], file: String, folder: String) throws(Fault) {
        do throws(Fault) { try self.init(try RecipeText.document(text), folder: folder) } catch {
            throw Fault(error.code, "\(file): \(error.message)", hint: error.hint)
        }
    }

    private init(_ document: Datum, folder: String) throws(Fault) {
        self.init()
        guard document.map != nil else { throw Fault(.invalid, "it must be an object, not \(document.kindName)") }
        let system = try Loose(document["system"], at: "system")
        thingName = try system.text("thingName")
        root = try system.text("rootpath")
        identity.certificateFile = try system.text("certificateFilePath")
        identity.keyFile = try system.text("privateKeyPath")
        identity.authorityFile = try system.text("rootCaPath")
        let services = document["services"]
        try readNucleus(services?["aws.greengrass.Nucleus"]?["configuration"])
        try readNode(services?["lineside.Node"]?["configuration"], folder)
    }

    private mutating func readNucleus(_ datum: Datum?) throws(Fault) {
        let nucleus = try Loose(datum, at: "services.aws.greengrass.Nucleus.configuration")
        region = try nucleus.text("awsRegion") ?? region
        identity.roleAlias = try nucleus.text("iotRoleAlias")
        identity.dataHost = try nucleus.text("iotDataEndpoint")
        identity.credentialsHost = try nucleus.text("iotCredEndpoint")
        identity.documentPort =
            try nucleus.whole("greengrassDataPlanePort", in: 1...65_535) ?? identity.documentPort
        let messages = try Loose(nucleus.value("mqtt"), at: nucleus.name("mqtt"))
        identity.messagePort = try messages.whole("port", in: 1...65_535) ?? identity.messagePort
        let runWith = try Loose(nucleus.value("runWithDefault"), at: nucleus.name("runWithDefault"))
        user = try runWith.text("posixUser") ?? user
        storeBytesMax = try nucleus.whole("componentStoreMaxSizeBytes", in: 1 << 20...1 << 50) ?? storeBytesMax
        fillsConfiguration = try nucleus.bool("interpolateComponentConfiguration") ?? fillsConfiguration
    }

    private mutating func readNode(_ datum: Datum?, _ folder: String) throws(Fault) {
        let path = "services.lineside.Node.configuration"
        let node = try DatumReader(
            datum, at: path, keys: ["door", "stations", "releases", "spool", "metrics", "limits", "python"])
        func absolute(_ text: String) -> String {
            text.hasPrefix("/") || text.contains("://") ? text : folder + "/" + text
        }
        let door = try DatumReader(node.value("door"), at: node.name("door"), keys: ["host", "port"])
        doorHost = try door.text("host") ?? doorHost
        doorPort = try door.whole("port", in: 0...65_535) ?? doorPort
        stations = try Self.texts(node.value("stations"), node.name("stations")).map(absolute)
        let releases = try DatumReader(
            node.value("releases"), at: node.name("releases"), keys: ["repository", "root", "allow_unsigned"])
        self.releases.repository = try releases.text("repository").map(absolute)
        self.releases.root = try releases.text("root").map(absolute)
        if let repository = self.releases.repository, repository.contains("://"),
            !repository.hasPrefix("http://"), !repository.hasPrefix("https://")
        {
            throw Fault(.invalid, "\(releases.name("repository")) must be an http:// or https:// address, or a folder")
        }
        self.releases.allowsUnsigned = try releases.bool("allow_unsigned") ?? false
        guard self.releases.repository == nil || self.releases.root != nil else {
            throw Fault(
                .invalid, "\(releases.name("root")) is missing",
                hint: "name the root.json that is trusted: without it nothing from the repository can be")
        }
        let spool = try DatumReader(node.value("spool"), at: node.name("spool"), keys: ["endpoint", "bytes_max"])
        self.spool.endpoint = try Self.address(spool, "endpoint")
        self.spool.bytesMax = try Self.size(spool, "bytes_max", in: 2 << 20...1 << 40) ?? self.spool.bytesMax
        let metrics = try DatumReader(node.value("metrics"), at: node.name("metrics"), keys: ["endpoint", "every_s"])
        figures.endpoint = try Self.address(metrics, "endpoint")
        figures.every = try metrics.span("every_s", unit: Span64.second, in: 1...3600) ?? figures.every
        let python = try DatumReader(node.value("python"), at: node.name("python"), keys: ["resolver"])
        if let word = try python.choice("resolver", of: PythonHome.Resolver.allCases.map(\.rawValue)) {
            self.python = PythonHome.Resolver(rawValue: word) ?? self.python
        }
        let limits = try DatumReader(node.value("limits"), at: node.name("limits"), keys: ["proving_s", "steady_s"])
        proving = try limits.span("proving_s", unit: Span64.second, in: 1...86_400) ?? proving
        steady = try limits.span("steady_s", unit: Span64.second, in: 0...3600) ?? steady
        guard steady < proving else {
            throw Fault(.invalid, "\(limits.name("steady_s")) must be below proving_s")
        }
    }

    private static func address(_ reader: DatumReader, _ key: String) throws(Fault) -> String? {
        guard let address = try reader.text(key) else { return nil }
        guard address.hasPrefix("http://") || address.hasPrefix("https://") else {
            throw Fault(.invalid, "\(reader.name(key)) must be an http:// or https:// address")
        }
        return address
    }

    /// A number of bytes, or a text such as "64MiB".
    private static func size(_ reader: DatumReader, _ key: String, in range: ClosedRange<Int>) throws(Fault) -> Int? {
        guard let text = reader.value(key)?.text else { return try reader.whole(key, in: range) }
        guard let size = try? ByteSize(parsing: text), range.contains(size.bytes) else {
            throw Fault(
                .invalid,
                "\(reader.name(key)) must be a size from \(ByteSize(range.lowerBound)) to \(ByteSize(range.upperBound)), such as \"64MiB\""
            )
        }
        return size.bytes
    }

    private static func texts(_ datum: Datum?, _ path: String) throws(Fault) -> [String] {
        guard let datum, !datum.isNull else { return [] }
        let texts = datum.list?.compactMap(\.text)
        guard let texts, texts.count == datum.list?.count, !texts.contains("") else {
            throw Fault(.invalid, "\(path) must be a list of paths")
        }
        return texts
    }
}

/// An object of which others own keys that are none of our business.
private struct Loose {
    let path: String
    private let reader: DatumReader

    init(_ datum: Datum?, at path: String) throws(Fault) {
        self.path = path
        reader = try DatumReader(datum, at: path, keys: datum?.map?.keys ?? [])
    }

    func name(_ key: String) -> String { reader.name(key) }
    func value(_ key: String) -> Datum? { reader.value(key) }
    func text(_ key: String) throws(Fault) -> String? { try reader.text(key) }
    func bool(_ key: String) throws(Fault) -> Bool? { try reader.bool(key) }
    func whole(_ key: String, in range: ClosedRange<Int>) throws(Fault) -> Int? { try reader.whole(key, in: range) }
}
