internal import Core
internal import JSON

/// A policy that allows some actions, as one line of JSON.
enum PolicyText {
    static func allowing(_ actions: [String], on resource: String, services: [String] = []) -> String {
        var statement: DatumMap = ["Effect": "Allow"]
        if !services.isEmpty { statement["Principal"] = ["Service": .list(services.map { .text($0) })] }
        statement["Action"] = .list(actions.map { .text($0) })
        statement["Resource"] = .text(resource)
        let policy: Datum = ["Version": "2012-10-17", "Statement": [.map(statement)]]
        return String(decoding: policy.json, as: UTF8.self)
    }
}
