internal import AWSDoor
internal import AWSProtocol
internal import Core
package import HTTP
internal import Records

extension ObjectsDesk {
    /// As long as S3 takes in one request, and room for the chunks' heads.
    private static let bodyBytesMax = 6 << 30

    /// What is offered, from the table that routes.
    package static var operationNames: [String] { ObjectOperation.all.map(\.name) }

    /// Whether a request is meant for the object store.
    package func isFor(_ head: RequestHead) -> Bool {
        let query = head.queryText
        if head.method == .options {
            return head.pathText != "/" || hosts.place(of: head.value(of: "host") ?? "") != .path
        }
        if let proof = head.value(of: "authorization"), proof.contains("/aws4_request") {
            return proof.contains("/s3/aws4_request")
        }
        if query.contains("AWSAccessKeyId=") || query.contains("%2Fs3%2Faws4_request")
            || query.contains("/s3/aws4_request")
        {
            return true
        }
        // Nobody signed it: a path is an object's, and the rest is not.
        return head.pathText != "/" && head.value(of: "x-amz-target") == nil && head.mediaType == nil
            && !query.contains("X-Amz-Algorithm")
    }

    package var route: Route {
        unsafe Route(
            .put, "/", "The object store", bodyBytesMax: Self.bodyBytesMax,
            sink: { [self] exchange in ObjectIntake(exchange, self) },
            handler: { [self] exchange in
                guard let intake = exchange.sink as? ObjectIntake else { return }
                workers.submit { [self] in
                    let requestID = UniqueID.random()
                    let reply = Reply(answer(intake, requestID))
                    exchange.reactor.post { Self.send(reply.answer, requestID, exchange) }
                }
            })
    }

    /// Hands an answer over to the reactor that it belongs to from then on.
    private final class Reply: @unchecked Sendable {
        let answer: ObjectAnswer
        init(_ answer: ObjectAnswer) { self.answer = answer }
    }

    private func answer(_ intake: ObjectIntake, _ requestID: String) -> ObjectAnswer {
        let isOfPage = intake.request.field("origin") != nil
        let rules = isOfPage ? CORSRule.all(of: shelf.records[Self.bucket, intake.request.bucket]) : []
        if intake.isPreflight, intake.problem == nil {
            do throws(ServiceProblem) { return try Preflight(intake.request).answer(rules) } catch {
                return ObjectAnswer(error, intake.request, requestID: requestID)
            }
        }
        var answer = perform(intake, requestID)
        // Refusals too: a page that may ask may also know why not.
        answer.fields += CORSRule.fields(for: intake.request, by: rules)
        return answer
    }

    private func perform(_ intake: ObjectIntake, _ requestID: String) -> ObjectAnswer {
        let outcome = Result { () throws(ServiceProblem) in
            try intake.finish()
            guard let operation = intake.operation else { throw ServiceProblem("NotImplemented", "", status: 501) }
            return try operation.handler(
                ObjectVisit(desk: self, operation: operation, intake: intake, requestID: requestID))
        }
        var problem: ServiceProblem?
        if case .failure(let found) = outcome { problem = found }
        if let problem, problem.status >= 500, problem.status != 501 { Log.line("s3: \(problem.message)") }
        note(intake, requestID, problem)
        switch outcome {
        case .success(let answer): return answer
        case .failure(let problem): return ObjectAnswer(problem, intake.request, requestID: requestID)
        }
    }

    private func note(_ intake: ObjectIntake, _ requestID: String, _ problem: ServiceProblem?) {
        var input = DatumMap()
        input["bucketName"] = .text(intake.request.bucket)
        if !intake.request.key.isEmpty { input["key"] = .text(intake.request.key) }
        ledger.note(
            CallRecord(
                requestID: requestID, milliseconds: Int64(WallClock.milliseconds), service: "s3",
                operation: intake.operation?.name ?? intake.request.wanted,
                onlyReads: intake.operation?.onlyReads ?? false, caller: intake.caller,
                keyID: intake.caller?.keyID ?? intake.keyID,
                region: intake.region, surroundings: intake.surroundings, resources: [intake.request.arn],
                input: input, problem: problem))
    }

    private static func send(_ answer: ObjectAnswer, _ requestID: String, _ exchange: Exchange) {
        let fields =
            [("x-amz-request-id", requestID), ("x-amz-id-2", requestID), ("Server", "Lineside")] + answer.fields
        if let source = answer.source {
            return exchange.respond(
                Status(rawValue: answer.status), answer.type, fields: fields, length: answer.length, from: source)
        }
        exchange.respond(
            Status(rawValue: answer.status), answer.type, fields: fields, length: answer.length,
            from: BodyText(answer.body))
    }
}

/// A document that is given as a body.
private final class BodyText: BodySource {
    private var rest: ArraySlice<UInt8>
    init(_ bytes: [UInt8]) { rest = bytes[...] }

    func give(_ bytesMax: Int, to buffer: ByteBuffer) -> Bool {
        let piece = rest.prefix(bytesMax)
        unsafe piece.withUnsafeBytes { unsafe buffer.append($0) }
        rest = rest.dropFirst(piece.count)
        return true
    }
}
