internal import AWSDoor
internal import AWSProtocol
internal import Core
internal import Fleet
internal import HTTP
internal import Objects

/// Signed releases at the devices' door: a repository that lies in a bucket, for whoever has a certificate of the hub.
/// What is true in it is decided by those who signed it, and by nobody here.
struct HubReleases: Sendable {
    static let bucket = "lineside-releases"
    private static let prefix = "/releases/"
    private static let action = "greengrass:GetRelease"

    let fleet: FleetDesk
    let objects: ObjectsDesk
    let ledger: any CallLedger
    let region: String
    let workers: WorkerPool

    static func isFor(_ head: RequestHead) -> Bool { head.method == .get && head.pathText.hasPrefix(prefix) }

    var route: Route {
        unsafe Route(.get, Self.prefix, "Signed releases", bodyBytesMax: 0) { exchange in
            let path = exchange.head.pathText.dropFirst(Self.prefix.count)
            let key = PercentText.strictlyDecoded(path) ?? ""
            let certificate = exchange.certificateDigest.map(Hexadecimal.text)
            let range = exchange.head.value(of: "range")
            let surroundings = Surroundings(of: exchange, region: region)
            workers.submit {
                let outcome = Result { () throws(ServiceProblem) in
                    try open(key, range, certificate, surroundings)
                }
                exchange.reactor.post {
                    switch outcome {
                    case .success(let object): object.send(on: exchange)
                    case .failure(let problem):
                        exchange.refuse(Status(rawValue: problem.status), "message", problem.message)
                    }
                }
            }
        }
    }

    private func open(
        _ key: String, _ range: String?, _ certificate: String?, _ surroundings: Surroundings
    ) throws(ServiceProblem) -> OpenObject {
        let arn = "arn:aws:s3:::\(Self.bucket)/\(key)"
        var caller: Caller?
        let outcome = Result { () throws(ServiceProblem) in
            guard let certificate, let device = try fleet.device(certificate) else {
                throw ServiceProblem(
                    "ForbiddenException", "the certificate is not registered here, or not active", status: 403)
            }
            let thing = device.things.first ?? ""
            caller = Caller(account: device.account, arn: device.arn, userID: thing, keyID: certificate)
            let facts = surroundings.conditions.merging(DeviceDoor.facts(of: device, thing)) { $1 }
            if let objection = try fleet.objection(to: Self.action, on: arn, by: device, facts) {
                throw ServiceProblem(
                    "AccessDeniedException",
                    "\(device.arn) is not authorized to perform: \(Self.action) on resource: \(arn) \(objection)",
                    status: 403)
            }
            return try objects.open(key, in: Self.bucket, range: range)
        }
        var problem: ServiceProblem?
        if case .failure(let found) = outcome { problem = found }
        ledger.note(
            CallRecord(
                requestID: UniqueID.random(), milliseconds: Int64(WallClock.milliseconds), service: "greengrass",
                operation: "GetRelease", onlyReads: true, caller: caller, keyID: certificate ?? "", region: region,
                surroundings: surroundings, resources: [arn], input: ["key": .text(String(key.prefix(1024)))],
                problem: problem))
        return try outcome.get()
    }
}
