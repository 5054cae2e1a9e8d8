package import Core
internal import JSON

/// How the JSON protocol says no.
extension ServiceProblem {
    package var json: [UInt8] {
        let datum: Datum = ["__type": .text(code), "message": .text(message)]
        return datum.json
    }

    /// The code of an answer, without the name space that some services put before it; nil when it gives none.
    package static func code(in answer: [UInt8]) -> String? {
        guard let datum = try? Datum(json: answer), let type = datum["__type"]?.text ?? datum["code"]?.text else {
            return nil
        }
        return type.split(separator: "#").last.map(String.init)
    }

    /// What an answer says of itself.
    package static func message(in answer: [UInt8]) -> String? {
        guard let datum = try? Datum(json: answer) else { return nil }
        return datum["message"]?.text ?? datum["Message"]?.text
    }
}
