package import Core
internal import JSON

/// Every service that is offered, and the way from a request to its operation.
package struct ServiceDirectory: Sendable {
    package let services: [AWSService]

    package init(_ services: [AWSService]) { self.services = services }

    /// The service a request speaks to: the signature names it, and so does the target, or the path.
    package func service(signedFor name: String?, _ request: WireRequest) -> AWSService? {
        let spoken = services.filter { $0.wire.smithyName == request.smithyName }
        if request.smithyName != nil {
            let place = RPCPlace(request.path)
            return spoken.first { service in place.map { service.targetPrefixes.contains($0.service) } ?? false }
        }
        if let prefix = request.target?.split(separator: ".").dropLast().joined(separator: "."), !prefix.isEmpty {
            return spoken.first { $0.targetPrefixes.contains(prefix) }
        }
        let named = spoken.filter { service in name.map(service.signingNames.contains) ?? false }
        return named.first { $0.wire.isRest && Self.place(request, in: $0) != nil } ?? named.first
    }

    /// What is asked of a service, and its input as it was written.
    package func find(_ request: WireRequest, in service: AWSService) throws(ServiceProblem) -> (Operation, DatumMap) {
        switch service.wire {
        case .json10, .json11:
            try Self.checkMethod(request, service)
            let name = request.target?.split(separator: ".").last.map(String.init) ?? ""
            return (try Self.operation(name, of: service), try Self.document(request.body))
        case .query:
            let form = try FormReader(request)
            guard form.version == nil || form.version == service.version else {
                throw ServiceProblem(
                    "InvalidAction",
                    "\(service.name) is served in version \(service.version), not \(form.version?.prefix(40) ?? "")")
            }
            let operation = try Self.operation(form.action, of: service)
            var input = try form.input(of: operation)
            if let member = service.pathMember, input[member] == nil, !request.path.isEmpty {
                input[member] = .text("/" + request.path.joined(separator: "/"))
            }
            return (operation, input)
        case .cbor:
            try Self.checkMethod(request, service)
            // Whoever looks at one of the two on the way must not see another operation than is done.
            guard request.target == nil else {
                throw ServiceProblem("SerializationException", "a path names the operation, and so does X-Amz-Target")
            }
            let operation = try Self.operation(RPCPlace(request.path)?.operation ?? "", of: service)
            let reader = CBORReader(invalidCode: service.invalidCode)
            return (operation, try reader.input(request.body, of: operation))
        case .restJSON:
            guard let (operation, carried) = Self.place(request, in: service) else {
                throw Self.unknown("\(request.method) /\(request.path.joined(separator: "/").prefix(200))", service)
            }
            return (operation, try Self.input(request, operation, carried))
        }
    }

    /// Reads and checks what is asked.
    package func check(_ input: DatumMap, of operation: Operation, _ service: AWSService) throws(ServiceProblem) {
        for name in operation.withheld where Self.says(input[name]) {
            throw ServiceProblem(
                service.invalidCode, "\(name) is not offered here: nothing of this \(operation.name) was done")
        }
        try ShapeCheck(invalidCode: service.invalidCode).check(input, operation.members)
    }

    /// False, and lists of nothing, ask for what is the case anyway.
    private static func says(_ value: Datum?) -> Bool {
        switch value {
        case nil, .null, .bool(false): false
        case .list(let list): !list.isEmpty
        case .map(let map): !map.isEmpty
        default: true
        }
    }

    private static func checkMethod(_ request: WireRequest, _ service: AWSService) throws(ServiceProblem) {
        guard request.method == "POST" else {
            throw ServiceProblem("UnknownOperationException", "\(service.name) takes POST alone", status: 405)
        }
    }

    private static func operation(_ name: String, of service: AWSService) throws(ServiceProblem) -> Operation {
        guard let operation = service.operation(name) else { throw unknown(name, service) }
        return operation
    }

    private static func unknown(_ name: String, _ service: AWSService) -> ServiceProblem {
        let code = service.wire == .query ? "InvalidAction" : "UnknownOperationException"
        let what = name.isEmpty ? "the request names no operation" : "there is no operation \(name.prefix(200))"
        return ServiceProblem(
            code, "\(what) of \(service.name) here; `lineside hub operations` lists what is offered",
            status: service.wire.isRest ? 404 : 400)
    }

    // MARK: documents

    private static func document(_ body: [UInt8]) throws(ServiceProblem) -> DatumMap {
        if body.isEmpty { return DatumMap() }
        let datum: Datum
        do throws(JSONDocument.Refusal) { datum = try Datum(json: body) } catch {
            throw ServiceProblem("SerializationException", "\(error.reason) at byte \(error.position)")
        }
        guard let map = datum.map else {
            throw ServiceProblem("SerializationException", "the request must be an object, not \(datum.kindName)")
        }
        return map
    }

    // MARK: REST

    private static func place(_ request: WireRequest, in service: AWSService) -> (Operation, DatumMap)? {
        for operation in service.operations {
            guard let place = operation.place, place.method == request.method,
                let members = place.members(in: request.path)
            else { continue }
            return (operation, members)
        }
        return nil
    }

    /// The service and the operation that a REST request's address alone names.
    package func place(_ request: WireRequest) -> (AWSService, Operation, DatumMap)? {
        for service in services {
            if let (operation, members) = Self.place(request, in: service) { return (service, operation, members) }
        }
        return nil
    }

    /// A REST request's input, as it was written.
    package static func input(
        _ request: WireRequest, _ operation: Operation, _ carried: DatumMap
    ) throws(ServiceProblem) -> DatumMap {
        guard let place = operation.place else { return carried }
        var input = DatumMap()
        if let payload = place.payload {
            if !request.body.isEmpty { input[payload] = .text(Base64.text(request.body)) }
        } else if !request.body.isEmpty {
            input = try document(request.body)
        }
        for (key, value) in carried.members { input[key] = value }
        for (name, value) in request.query {
            if operation.withheld.contains(name) { input[name] = .text(value) }
            guard let member = place.query[name] else { continue }
            let read = try typed(value, member, operation)
            // A name that comes again is one more of a list.
            if let more = read.list, let before = input[member]?.list {
                input[member] = .list(before + more)
            } else {
                input[member] = read
            }
        }
        for (field, member) in place.fields {
            guard let value = request.fields[field] else { continue }
            input[member] = try typed(value, member, operation)
        }
        return input
    }

    private static func typed(
        _ text: String, _ name: String, _ operation: Operation
    ) throws(ServiceProblem) -> Datum {
        guard let member = operation.members.first(where: { $0.name == name }) else { return .text(text) }
        if case .list(let element) = member.shape { return .list([try FormReader.value(text, element, name)]) }
        return try FormReader.value(text, member.shape, name)
    }
}
