package import Core

extension ServiceDirectory {
    /// Has an operation done on the house's own behalf: read and checked like any other, and nobody is asked for leave.
    package func perform(
        _ operation: String, of name: String, _ input: DatumMap, by caller: Caller, region: String
    ) throws(ServiceProblem) -> Datum {
        guard let service = services.first(where: { $0.name == name && $0.operation(operation) != nil }),
            let found = service.operation(operation)
        else { throw ServiceProblem("UnknownOperationException", "there is no \(name):\(operation)", status: 404) }
        try check(input, of: found, service)
        return try found.handler(
            Call(input, by: caller, region: region, requestID: UniqueID.random(), wire: service.wire))
    }
}
