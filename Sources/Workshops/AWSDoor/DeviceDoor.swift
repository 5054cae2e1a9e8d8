package import AWSProtocol
package import Core
package import HTTP

/// The address that devices speak to, who prove themselves with a certificate instead of a signature: documents of
/// deployments, and credentials.
///
/// Concurrency: as `AWSDoor`.
package final class DeviceDoor: Sendable {
    private let directory: ServiceDirectory
    private let gatekeeper: any DeviceGatekeeper
    private let ledger: any CallLedger
    private let region: String
    private let workers: WorkerPool
    /// A device says by this field which thing it is.
    private static let thingField = "x-amzn-iot-thingname"

    /// `services`: what devices may ask for.
    package init(
        _ services: [AWSService], gatekeeper: any DeviceGatekeeper, ledger: any CallLedger, region: String,
        workers: WorkerPool
    ) {
        directory = ServiceDirectory(services)
        self.gatekeeper = gatekeeper
        self.ledger = ledger
        self.region = region
        self.workers = workers
    }

    package var route: Route {
        unsafe Route(
            .post, "/", "Devices", bodyBytesMax: BodyTray.bytesMax, sink: { _ in BodyTray(isKnown: true) },
            handler: { [self] exchange in
                guard let tray = exchange.sink as? BodyTray else { return }
                let arrival = Arrival(exchange, body: tray.bytes)
                let digest = exchange.certificateDigest
                workers.submit { [self] in
                    let requestID = UniqueID.random()
                    let answer = answer(arrival, digest.map(Hexadecimal.text), requestID)
                    exchange.reactor.post { exchange.send(answer, requestID) }
                }
            })
    }

    private func answer(_ arrival: Arrival, _ certificate: String?, _ requestID: String) -> WireAnswer {
        guard let (service, operation, carried) = directory.place(arrival.request) else {
            let problem = ServiceProblem(
                "ResourceNotFoundException",
                "devices are offered nothing at /\(arrival.request.path.joined(separator: "/"))",
                status: 404)
            return .refusal(problem, .restJSON, requestID: requestID)
        }
        var visit = DeviceVisit(service: service, operation: operation)
        let outcome = Result { () throws(ServiceProblem) in
            try perform(&visit, arrival, carried, certificate, requestID)
        }
        switch outcome {
        case .success(let output):
            note(visit, arrival, requestID, nil)
            return .answer(output, of: operation, service, requestID: requestID)
        case .failure(let problem):
            if problem.status >= 500 { Log.line("\(service.name) \(operation.name) of a device: \(problem.message)") }
            note(visit, arrival, requestID, problem)
            return .refusal(problem, service.wire, requestID: requestID)
        }
    }

    private func perform(
        _ visit: inout DeviceVisit, _ arrival: Arrival, _ carried: DatumMap, _ certificate: String?,
        _ requestID: String
    ) throws(ServiceProblem) -> Datum {
        guard let certificate, let device = try gatekeeper.device(certificate) else {
            throw ServiceProblem(
                "ForbiddenException", "the certificate is not registered here, or not active", status: 403)
        }
        // It may say which of its things it is, and no other.
        let claimed = arrival.request.fields[Self.thingField]
        guard claimed.map(device.things.contains) ?? true else {
            throw ServiceProblem(
                "ForbiddenException", "the certificate is not of the thing \(claimed?.prefix(128) ?? "")", status: 403)
        }
        let thing = claimed ?? device.things.first ?? ""
        let caller = Caller(account: device.account, arn: device.arn, userID: thing, keyID: certificate)
        visit.caller = caller
        visit.input = try ServiceDirectory.input(try arrival.readable(), visit.operation, carried)
        try directory.check(visit.input, of: visit.operation, visit.service)
        let facts = Self.facts(of: device, thing)
        let call = Call(
            visit.input, by: caller, region: region, requestID: requestID, host: arrival.host, wire: .restJSON,
            conditions: arrival.surroundings.conditions.merging(facts) { $1 })
        visit.resources = visit.operation.resources(call)
        for resource in visit.resources {
            let action = "\(visit.service.name):\(visit.operation.name)"
            if let objection = try gatekeeper.objection(to: action, on: resource, by: device, call.conditions) {
                throw ServiceProblem(
                    "AccessDeniedException",
                    "\(device.arn) is not authorized to perform: \(action) on resource: \(resource) \(objection)",
                    status: 403)
            }
        }
        return try visit.operation.handler(call)
    }

    /// What policies of devices ask for. <https://docs.aws.amazon.com/iot/latest/developerguide/thing-policy-variables.html>
    package static func facts(of device: Device, _ thing: String) -> [String: [String]] {
        let isAttached = device.things.contains(thing)
        var facts = [
            "iot:Connection.Thing.IsAttached": ["\(isAttached)"],
            "iot:CertificateId": [device.certificate],
        ]
        if isAttached { facts["iot:Connection.Thing.ThingName"] = [thing] }
        return facts
    }

    private func note(
        _ visit: DeviceVisit, _ arrival: Arrival, _ requestID: String, _ problem: ServiceProblem?
    ) {
        ledger.note(
            CallRecord(
                requestID: requestID, milliseconds: Int64(WallClock.milliseconds), service: visit.service.name,
                operation: visit.operation.name, onlyReads: visit.operation.onlyReads, caller: visit.caller,
                keyID: visit.caller?.keyID ?? "", region: region, surroundings: arrival.surroundings,
                resources: visit.resources, input: visit.input, problem: problem))
    }
}

/// What is known of a device's request so far.
private struct DeviceVisit {
    let service: AWSService
    let operation: Operation
    var caller: Caller?
    var input = DatumMap()
    var resources: [String] = []
}
