internal import AWSDoor
internal import AWSProtocol
internal import Core
internal import Crypto
internal import Fleet
internal import HTTP
internal import JSON

/// Takes new nodes in: a thing, a certificate for the key that the node made, a policy, and a role for its components.
struct HubJoin: Sendable {
    static let path = "/.lineside/join"
    static let codeField: StaticString = "x-lineside-code"
    private static let bytesMax = 64 << 10
    private static let policy = "LinesideNodePolicy"
    private static let role = "LinesideNodeRole"
    private static let alias = "LinesideNodeRoleAlias"
    private static let access = "arn:aws:iam::aws:policy/GreengrassV2TokenExchangeRoleAccess"

    let fleet: FleetDesk
    let directory: ServiceDirectory
    let ledger: any CallLedger
    let account: String
    let region: String
    let places: HubPlaces
    let authority: Certificate
    let workers: WorkerPool

    var route: Route {
        unsafe Route(.post, Self.path, "A new node", bodyBytesMax: Self.bytesMax) { exchange in
            let body = unsafe Array(exchange.body)
            let surroundings = Surroundings(of: exchange, region: region)
            workers.submit {
                let outcome = Result { () throws(ServiceProblem) in try join(body, surroundings) }
                exchange.reactor.post {
                    switch outcome {
                    case .success(let (answer, code)):
                        exchange.respond(.ok, fields: [(Self.codeField, code)]) { buffer in
                            unsafe answer.withUnsafeBytes { unsafe buffer.append($0) }
                        }
                    case .failure(let problem):
                        // Nobody has proved who he is: what is wrong within is none of his business.
                        let words = problem.status < 500 ? problem.message : "the hub cannot do that now"
                        exchange.refuse(Status(rawValue: problem.status), "message", words)
                    }
                }
            }
        }
    }

    private func join(_ body: [UInt8], _ surroundings: Surroundings) throws(ServiceProblem) -> ([UInt8], String) {
        guard let datum = try? Datum(json: body), let id = datum["tokenId"]?.text, let thing = datum["thingName"]?.text,
            let request = datum["request"]?.text, let code = datum["code"]?.text
        else {
            throw ServiceProblem("InvalidRequestException", "tokenId, thingName, request and code have to be given")
        }
        let join = JoinRequest(
            tokenID: id, thing: thing, request: request, alias: datum["roleAlias"]?.text, code: code)
        let outcome = Result { () throws(ServiceProblem) in try take(join) }
        var problem: ServiceProblem?
        if case .failure(let found) = outcome { problem = found }
        ledger.note(
            CallRecord(
                requestID: UniqueID.random(), milliseconds: Int64(WallClock.milliseconds), service: "lineside",
                operation: "JoinNode", onlyReads: false, caller: nil, keyID: String(id.prefix(64)), region: region,
                surroundings: surroundings, resources: ["arn:aws:iot:\(region):\(account):thing/\(thing.prefix(128))"],
                input: ["thingName": .text(String(thing.prefix(128)))], problem: problem))
        return try outcome.get()
    }

    private func take(_ join: JoinRequest) throws(ServiceProblem) -> ([UInt8], String) {
        let secret = try fleet.secret(for: join)
        _ = try perform("CreateThing", ["thingName": .text(join.thing)], unless: "ResourceAlreadyExistsException")
        let certificate = try perform(
            "CreateCertificateFromCsr",
            ["certificateSigningRequest": .text(join.request), "setAsActive": true])
        let arn = certificate["certificateArn"] ?? .null
        let alias = try settled(join.alias)
        let policy = try settledPolicy(for: alias)
        _ = try perform("AttachPolicy", ["policyName": .text(policy), "target": arn])
        _ = try perform("AttachThingPrincipal", ["thingName": .text(join.thing), "principal": arn])
        try fleet.noteJoined(arn.text ?? "")
        let devices = places.devices
        let answer: Datum = [
            "thingName": .text(join.thing), "certificatePem": certificate["certificatePem"] ?? .null,
            "authorityPem": .text(authority.pem), "region": .text(region), "roleAlias": .text(alias),
            "dataEndpoint": .text(devices.messages), "credentialsEndpoint": .text(devices.documents),
            "documentPort": .whole(places.documentPort), "messagePort": .whole(places.messagePort),
            "endpoint": .text("http://\(places.door)"),
        ]
        return (answer.json, JoinRequest.code(ofAnswer: answer.json, secret: secret))
    }

    /// A node may come in under its own name alone, speak and hear of itself, and take this one role; its events go with the
    /// role's keys.
    private func settledPolicy(for alias: String) throws(ServiceProblem) -> String {
        let name = alias == Self.alias ? Self.policy : "\(Self.policy)-\(alias)"
        guard try !fleet.hasPolicy(name) else { return name }
        let thing = "${iot:Connection.Thing.ThingName}"
        let start = "arn:aws:iot:\(region):\(account):"
        let document: Datum = [
            "Version": "2012-10-17",
            "Statement": [
                ["Effect": "Allow", "Action": "iot:Connect", "Resource": .text("\(start)client/\(thing)*")],
                [
                    "Effect": "Allow", "Action": ["iot:Publish", "iot:Receive"],
                    "Resource": .text("\(start)topic/$aws/things/\(thing)/*"),
                ],
                [
                    "Effect": "Allow", "Action": "iot:Subscribe",
                    "Resource": .text("\(start)topicfilter/$aws/things/\(thing)/*"),
                ],
                ["Effect": "Allow", "Action": "greengrass:*", "Resource": "*"],
                [
                    "Effect": "Allow", "Action": "iot:AssumeRoleWithCertificate",
                    "Resource": .text("\(start)rolealias/\(alias)"),
                ],
            ],
        ]
        let text = String(decoding: document.json, as: UTF8.self)
        _ = try perform(
            "CreatePolicy", ["policyName": .text(name), "policyDocument": .text(text)],
            unless: "ResourceAlreadyExistsException")
        return name
    }

    /// The role alias that a node names, or the house's own, which is made when it is first wanted.
    private func settled(_ alias: String?) throws(ServiceProblem) -> String {
        if let alias { return alias }
        guard try !fleet.hasAlias(Self.alias) else { return Self.alias }
        let trust: Datum = [
            "Version": "2012-10-17",
            "Statement": [
                [
                    "Effect": "Allow", "Principal": ["Service": "credentials.iot.amazonaws.com"],
                    "Action": "sts:AssumeRole",
                ]
            ],
        ]
        let text = String(decoding: trust.json, as: UTF8.self)
        _ = try perform(
            "CreateRole", ["RoleName": .text(Self.role), "AssumeRolePolicyDocument": .text(text)], of: "iam",
            unless: "EntityAlreadyExists")
        _ = try perform("AttachRolePolicy", ["RoleName": .text(Self.role), "PolicyArn": .text(Self.access)], of: "iam")
        let arn = "arn:aws:iam::\(account):role/\(Self.role)"
        _ = try perform(
            "CreateRoleAlias", ["roleAlias": .text(Self.alias), "roleArn": .text(arn)],
            unless: "ResourceAlreadyExistsException")
        return Self.alias
    }

    private func perform(
        _ operation: String, _ input: DatumMap, of service: String = "iot", unless known: String? = nil
    ) throws(ServiceProblem) -> Datum {
        do throws(ServiceProblem) {
            return try directory.perform(operation, of: service, input, by: .house(of: account), region: region)
        } catch {
            if error.code == known { return .null }
            throw error
        }
    }
}
