internal import Core
internal import Crypto
internal import Files
internal import Fleet
internal import JSON
internal import Recipes
internal import WebClient
internal import YAML

/// `lineside node join URL --token T`: makes the node's key here, has its certificate signed, and writes its configuration.
struct NodeJoin {
    private static let answerBytesMax = 1 << 18
    private static let privateMode: UInt32 = 0o600
    private static let nucleus = "aws.greengrass.Nucleus"
    private static let own = "lineside.Node"

    private let options: Options
    private let root: String
    private let url: String

    init(_ options: Options, url: String) throws {
        self.options = options
        self.url = url.hasSuffix("/") ? String(url.dropLast()) : url
        guard url.hasPrefix("http://") || url.hasPrefix("https://") else {
            throw UsageFault(message: "\(url) is no address of a hub: write http://HOST:8400")
        }
        root = options.text("root") ?? NodeRoot.fromEnvironment ?? "lineside-node"
    }

    private var certificates: String { root + "/certificates" }
    private var keyFile: String { certificates + "/private.key" }

    func join() throws -> Int32 {
        let thing = try entered(by: try token())
        if try options.wantsJSON {
            Verbs.say(
                String(
                    decoding: Datum.map(["thing": .text(thing), "root": .text(FileAccess.resolved(root))]).json,
                    as: UTF8.self))
        } else {
            Verbs.say("\(thing) has joined \(url); start it with `lineside node --root \(root)`")
        }
        return ExitCode.ok
    }

    /// Joins by a token; as which thing.
    func entered(by token: String) throws -> String {
        let (id, secret) = try Self.parts(of: token)
        let given = try options.text("config").map(Self.document) ?? .map(DatumMap())
        let thing = try thingName(given)
        try FileAccess.makeFolder(root)
        try FileAccess.makeFolder(certificates)
        let key = try key()
        let request = key.request(commonName: "lineside node")
        var asked: DatumMap = [
            "tokenId": .text(id), "thingName": .text(thing), "request": .text(request),
        ]
        let alias = given["services"]?[Self.nucleus]?["configuration"]?["iotRoleAlias"]?.text
        asked["roleAlias"] = alias.map(Datum.text)
        asked["code"] = .text(JoinRequest.code(id, thing, request, alias: alias, secret: secret))
        let answer = try ask(.map(asked), secret: secret)
        try write(answer, given, thing, key)
        return thing
    }

    private func token() throws -> String {
        guard let text = try options.text("token") ?? TokenFile.read(options.text("token-file")) else {
            throw UsageFault(
                message: "node join needs --token or --token-file: `lineside hub token` makes one at the hub")
        }
        return text
    }

    private static func parts(of token: String) throws(UsageFault) -> (id: String, secret: String) {
        let parts = token.split(separator: ".").map(String.init)
        guard parts.count == 2 else {
            throw UsageFault(message: "that is no token of a hub: it has two parts and a dot")
        }
        return (parts[0], parts[1])
    }

    private static func document(_ file: String) throws(Fault) -> Datum {
        guard FileAccess.isFile(file) else { throw Fault(.notFound, "no configuration at \(file)") }
        // Read as the node will read it, so that what is wrong is told now.
        _ = try NodeFiles.configuration(file)
        return try RecipeText.document(try FileAccess.read(file, limit: 4 << 20))
    }

    private func thingName(_ given: Datum) throws -> String {
        let name = options.text("thing") ?? given["system"]?["thingName"]?.text ?? NodeVerb.machineName
        guard !name.isEmpty else { throw UsageFault(message: "say who this is: --thing NAME") }
        return name
    }

    /// One that was made before is kept: a join whose answer was lost is made again with it.
    private func key() throws -> PrivateKey {
        if FileAccess.isFile(keyFile) { return try PrivateKey(pem: try FileAccess.read(keyFile, limit: 1 << 16)) }
        let key = PrivateKey(.ecdsa)
        try FileAccess.writeDurably(key.pem(passphrase: nil), to: keyFile, mode: Self.privateMode)
        return key
    }

    private func ask(_ body: Datum, secret: String) throws(Fault) -> Datum {
        let request = WebRequest(
            "POST", url + HubJoin.path, fields: ["Content-Type": "application/json"], body: body.json,
            wholeMilliseconds: 30_000)
        let answer: WebAnswer
        do throws(Fault) { answer = try WebClient().send(request, bodyBytesMax: Self.answerBytesMax) } catch {
            throw Fault(.unavailable, "the hub at \(url) does not answer: \(error.message)", hint: "is it running?")
        }
        let datum = (try? Datum(json: answer.body)) ?? .null
        guard answer.isSuccess else {
            throw Fault(.invalid, "the hub refuses: \(datum["message"]?.text ?? "status \(answer.status)")")
        }
        // Somebody else could answer too: this one knows the token.
        let code = answer.fields["\(HubJoin.codeField)"] ?? ""
        guard Secret.matches(code.utf8, Array(JoinRequest.code(ofAnswer: answer.body, secret: secret).utf8)) else {
            throw Fault(.invalid, "whoever answered at \(url) does not know the token: nothing was taken from it")
        }
        return datum
    }

    private func write(_ answer: Datum, _ given: Datum, _ thing: String, _ key: PrivateKey) throws {
        func text(_ name: String) -> String { answer[name]?.text ?? "" }
        guard let certificate = Certificate(pem: text("certificatePem")),
            let authority = Certificate(pem: text("authorityPem")), certificate.isSigned(by: authority)
        else { throw Fault(.invalid, "the hub's certificate is none, or not of its authority") }
        let place = FileAccess.resolved(root)
        let files = (cert: place + "/certificates/cert.pem", ca: place + "/certificates/ca.pem")
        try FileAccess.writeDurably(Array(certificate.pem.utf8), to: files.cert)
        try FileAccess.writeDurably(Array(authority.pem.utf8), to: files.ca)
        var system = given["system"]?.map ?? DatumMap()
        system["certificateFilePath"] = .text(files.cert)
        system["privateKeyPath"] = .text(place + "/certificates/private.key")
        system["rootCaPath"] = .text(files.ca)
        system["rootpath"] = .text(place)
        system["thingName"] = .text(thing)
        var nucleus = given["services"]?[Self.nucleus]?["configuration"]?.map ?? DatumMap()
        nucleus["awsRegion"] = answer["region"]
        nucleus["iotRoleAlias"] = answer["roleAlias"]
        nucleus["iotDataEndpoint"] = answer["dataEndpoint"]
        nucleus["iotCredEndpoint"] = answer["credentialsEndpoint"]
        nucleus["greengrassDataPlaneEndpoint"] = "iotdata"
        nucleus["greengrassDataPlanePort"] = answer["documentPort"]
        var messages = nucleus["mqtt"]?.map ?? DatumMap()
        messages["port"] = answer["messagePort"]
        nucleus["mqtt"] = .map(messages)
        var own = given["services"]?[Self.own]?["configuration"]?.map ?? DatumMap()
        var spool = own["spool"]?.map ?? DatumMap()
        // The hub may be known here by another name than it knows itself by.
        spool["endpoint"] = .text(url)
        own["spool"] = .map(spool)
        var metrics = given["services"]?[Self.own]?["configuration"]?["metrics"]?.map ?? DatumMap()
        metrics["endpoint"] = .text(url)
        own["metrics"] = .map(metrics)
        var services = given["services"]?.map ?? DatumMap()
        services[Self.nucleus] = ["configuration": .map(nucleus)]
        services[Self.own] = ["configuration": .map(own)]
        let document: Datum = ["system": .map(system), "services": .map(services)]
        try FileAccess.writeDurably(Array(document.yaml.utf8), to: place + "/config.yaml")
    }
}
