package import AWSProtocol
internal import AWSSignature
package import Core
package import HTTP

/// The one address that every AWS client speaks to: reads what came, believes its signature or not, asks for leave, has it
/// done, and answers in the protocol of the service.
///
/// Concurrency: a request leaves its reactor with a copy of what came, is worked on by a worker, and is answered by its
/// reactor; an answer that is held back waits for that without a worker.
package final class AWSDoor: Sendable {
    private let directory: ServiceDirectory
    private let gatekeeper: any Gatekeeper
    private let ledger: any CallLedger
    private let region: String
    private let workers: WorkerPool
    private let held = HeldAnswers()

    package init(
        _ directory: ServiceDirectory, gatekeeper: any Gatekeeper, ledger: any CallLedger, region: String,
        workers: WorkerPool
    ) {
        self.directory = directory
        self.gatekeeper = gatekeeper
        self.ledger = ledger
        self.region = region
        self.workers = workers
    }

    /// Takes whatever no other route takes.
    package var route: Route {
        unsafe Route(
            .post, "/", "The AWS wire", bodyBytesMax: BodyTray.bytesMax,
            sink: { [self] exchange in BodyTray(isKnown: isKnown(exchange)) },
            handler: { [self] exchange in
                guard let tray = exchange.sink as? BodyTray else { return }
                let arrival = Arrival(exchange, body: tray.bytes)
                let isTooLarge = tray.isTooLarge
                workers.submit { [self] in
                    let requestID = UniqueID.random()
                    let reply = isTooLarge ? tooLarge(arrival, requestID) : answer(arrival, requestID)
                    held.send(notBefore: arrival.time.advanced(by: reply.span)) {
                        exchange.reactor.post { exchange.send(reply.answer, requestID) }
                    }
                }
            })
    }

    /// Whether the head names a key that is used here; whether it is believed is seen later.
    private func isKnown(_ exchange: Exchange) -> Bool {
        guard let proof = exchange.head.value(of: "authorization").flatMap(AWSAuthorization.init(parsing:)) else {
            return false
        }
        return gatekeeper.credentials(proof.keyID) != nil
    }

    private func tooLarge(_ arrival: Arrival, _ requestID: String) -> Reply {
        let problem = ServiceProblem(
            "RequestEntityTooLarge", "The body is larger than may come from this caller.", status: 413)
        return Reply(answer: .refusal(problem, arrival.guessedProtocol, requestID: requestID))
    }

    // MARK: a request

    private func answer(_ arrival: Arrival, _ requestID: String) -> Reply {
        let scope = arrival.scope
        guard let service = directory.service(signedFor: scope?.service, arrival.request) else {
            let problem = stranger(arrival, scope)
            return Reply(answer: .refusal(problem, arrival.guessedProtocol, requestID: requestID))
        }
        var visit = Visit(service: service, arrival: arrival, requestID: requestID)
        let outcome = Result { () throws(ServiceProblem) in try perform(&visit) }
        switch outcome {
        case .success(let output):
            write(visit, problem: nil)
            guard let operation = visit.operation else { break }
            return Reply(
                answer: .answer(output, of: operation, service, requestID: requestID), span: visit.idleSpan ?? 0)
        case .failure(let problem):
            if problem.status >= 500 { Log.line("\(service.name) \(visit.operation?.name ?? ""): \(problem.message)") }
            write(visit, problem: problem)
            return Reply(answer: .refusal(problem, service, requestID: requestID))
        }
        let problem = ServiceProblem("InternalFailure", "", status: 500)
        return Reply(answer: .refusal(problem, service, requestID: requestID))
    }

    private func perform(_ visit: inout Visit) throws(ServiceProblem) -> Datum {
        let caller = try believe(visit)
        visit.caller = caller
        let (operation, input) = try directory.find(try visit.arrival.readable(), in: visit.service)
        visit.operation = operation
        visit.input = input
        try directory.check(input, of: operation, visit.service)
        let call = Call(
            input, by: caller, region: region, requestID: visit.requestID, host: visit.arrival.host,
            wire: visit.service.wire, conditions: visit.arrival.surroundings.conditions)
        visit.resources = operation.resources(call)
        if !operation.isFree {
            let action = "\(visit.service.name):\(operation.action)"
            let facts = operation.facts(call)
            try admit(visit, visit.resources.map { Leave(action, on: $0, facts: facts) } + operation.leaves(call))
        }
        let output = try operation.handler(call)
        visit.idleSpan = operation.idleness?(call, output)
        return output
    }

    private func admit(_ visit: Visit, _ leaves: [Leave]) throws(ServiceProblem) {
        guard let caller = visit.caller else { return }
        for leave in leaves {
            var surroundings = visit.arrival.surroundings
            surroundings.facts.merge(leave.facts) { $1 }
            let objection = gatekeeper.objection(
                to: leave.action, on: leave.resource, policy: nil, by: caller, surroundings)
            if let objection {
                let wire = visit.service.wire
                let subject = "User: \(caller.arn) is not authorized to perform: \(leave.action)"
                throw ServiceProblem(
                    wire == .query ? "AccessDenied" : "AccessDeniedException",
                    "\(subject) on resource: \(leave.resource) \(objection)",
                    status: wire == .query || wire.isRest ? 403 : 400)
            }
        }
    }

    private func believe(_ visit: Visit) throws(ServiceProblem) -> Caller {
        var check = SignatureCheck()
        check.services = Set(visit.service.signingNames)
        let now = SigningTime(milliseconds: Int64(WallClock.milliseconds))
        do throws(SignatureRefusal) {
            let key = try check.signer(
                of: visit.arrival.signed, body: visit.arrival.request.body, at: now,
                credentials: gatekeeper.credentials)
            guard let caller = gatekeeper.caller(key.keyID) else { throw .unknownKey(key.keyID) }
            return caller
        } catch {
            throw error.problem(visit.service.wire)
        }
    }

    /// Nobody here answers to that.
    private func stranger(_ arrival: Arrival, _ scope: SigningScope?) -> ServiceProblem {
        guard let scope else {
            return ServiceProblem(
                "MissingAuthenticationToken", "Missing Authentication Token: this is a hub's AWS endpoint", status: 403)
        }
        let request = arrival.request
        let asked = request.target ?? RPCPlace(request.path)?.service ?? scope.service
        // The object store has a door of its own; some services are spoken in several ways.
        let offered = Set(directory.services.map(\.name) + ["s3"]).sorted().joined(separator: ", ")
        return ServiceProblem(
            "UnknownOperationException", "this hub does not offer \(asked.prefix(200)); it offers \(offered)",
            status: 404)
    }

    private func write(_ visit: Visit, problem: ServiceProblem?) {
        ledger.note(
            CallRecord(
                requestID: visit.requestID, milliseconds: Int64(WallClock.milliseconds), service: visit.service.name,
                operation: visit.operation?.name ?? visit.arrival.request.target ?? "",
                onlyReads: visit.operation?.onlyReads ?? false, caller: visit.caller,
                keyID: visit.caller?.keyID ?? visit.arrival.keyID ?? "", region: visit.arrival.scope?.region ?? region,
                surroundings: visit.arrival.surroundings, resources: visit.resources, input: visit.input,
                problem: problem, isIdle: visit.idleSpan != nil))
    }
}

/// An answer, and how long after the question it goes out at the earliest: nanoseconds.
private struct Reply: Sendable {
    let answer: WireAnswer
    var span: UInt64 = 0
}

/// What is known of a request so far.
private struct Visit {
    let service: AWSService
    let arrival: Arrival
    let requestID: String
    var operation: Operation?
    var caller: Caller?
    var input = DatumMap()
    var resources: [String] = []
    /// For an answer without news: how long after the question it is soon enough.
    var idleSpan: UInt64?
}

extension Exchange {
    /// Sends an answer of the wire. On the reactor's thread.
    func send(_ answer: WireAnswer, _ requestID: String) {
        var fields: [(StaticString, String)] = [("x-amzn-RequestId", requestID)]
        if let type = answer.errorType { fields.append(("x-amzn-ErrorType", type)) }
        if let name = answer.smithyName { fields.append(("smithy-protocol", name)) }
        if let code = answer.queryError { fields.append(("x-amzn-query-error", code)) }
        respond(Status(rawValue: answer.status), answer.mediaType, fields: fields) { buffer in
            unsafe answer.body.withUnsafeBytes { unsafe buffer.append($0) }
        }
    }
}
