internal import CBOR
package import Core
internal import JSON
internal import XML

/// An answer as it goes out.
package struct WireAnswer: Sendable {
    package let status: Int
    package let mediaType: StaticString
    /// The code of a refusal, for the field that carries it.
    package let errorType: String?
    /// The code that a service had when it spoke forms, for clients that know no other.
    package let queryError: String?
    /// The protocol's name, where answers have to say it.
    package let smithyName: String?
    package let body: [UInt8]

    /// `code`: of a refusal.
    init(_ status: Int, _ wire: WireProtocol, code: String? = nil, olderCode: String? = nil, body: [UInt8]) {
        self.status = status
        mediaType = wire.mediaType
        smithyName = wire.smithyName
        // RPC v2 says it in the body alone.
        errorType = wire == .cbor ? nil : code
        let fault = status < 500 ? "Sender" : "Receiver"
        queryError = wire.tellsOlderCodes ? code.map { "\(olderCode ?? Self.bare($0));\(fault)" } : nil
        self.body = body
    }

    private static func bare(_ code: String) -> String {
        code.hasSuffix("Exception") ? String(code.dropLast("Exception".count)) : code
    }

    /// What an operation said. Members that are null are left out: strict clients refuse them.
    package static func answer(
        _ output: Datum, of operation: Operation, _ service: AWSService, requestID: String
    ) -> WireAnswer {
        switch service.wire {
        case .json10, .json11, .restJSON:
            let status = operation.place?.status ?? 200
            if let payload = operation.place?.payload {
                let bytes = output[payload]?.text.flatMap { Base64.bytes($0) } ?? []
                return WireAnswer(status, service.wire, body: bytes)
            }
            if status == 204 { return WireAnswer(status, service.wire, body: []) }
            // Who has nothing to say says so in REST, and sends nothing in the others.
            let nothing = service.wire == .restJSON ? Datum.map(DatumMap()).json : []
            return WireAnswer(status, service.wire, body: output.isNull ? nothing : output.bare.json)
        case .cbor:
            let body = output.isNull ? [] : CBORValue(output, service.answerShapes).encoded
            return WireAnswer(200, .cbor, body: body)
        case .query:
            var xml = XMLWriter()
            xml.open("\(operation.name)Response", [("xmlns", service.xmlNamespace)])
            // Who declares an answer has its element read, however little is in it.
            if output.map != nil { xml.element("\(operation.name)Result", output, operation.flat) }
            xml.open("ResponseMetadata")
            xml.element("RequestId", requestID)
            xml.close("ResponseMetadata")
            xml.close("\(operation.name)Response")
            return WireAnswer(200, .query, body: xml.bytes)
        }
    }

    /// Why not, in the words of a service.
    package static func refusal(_ problem: ServiceProblem, _ service: AWSService, requestID: String) -> WireAnswer {
        refusal(problem, service.wire, olderCode: service.olderCodes[problem.code], requestID: requestID)
    }

    /// Why not, in the words of the protocol.
    package static func refusal(
        _ problem: ServiceProblem, _ wire: WireProtocol, olderCode: String? = nil, requestID: String
    ) -> WireAnswer {
        switch wire {
        case .json10, .json11, .restJSON, .cbor:
            let said = document(problem)
            let body = wire == .cbor ? CBORValue(said, [:]).encoded : said.json
            return WireAnswer(problem.status, wire, code: problem.code, olderCode: olderCode, body: body)
        case .query:
            var xml = XMLWriter()
            xml.open("ErrorResponse", [("xmlns", "http://webservices.amazon.com/AWSFault/2005-15-09")])
            xml.open("Error")
            xml.element("Type", problem.status < 500 ? "Sender" : "Receiver")
            xml.element("Code", olderCode ?? problem.code)
            xml.element("Message", problem.message)
            for (name, value) in problem.documents.sorted(by: { $0.key < $1.key }) { xml.element(name, value) }
            xml.close("Error")
            xml.element("RequestId", requestID)
            xml.close("ErrorResponse")
            return WireAnswer(problem.status, .query, body: xml.bytes)
        }
    }

    private static func document(_ problem: ServiceProblem) -> Datum {
        var body = DatumMap([("__type", .text(problem.code)), ("message", .text(problem.message))])
        for (name, value) in problem.details.sorted(by: { $0.key < $1.key }) { body[name] = .text(value) }
        for (name, value) in problem.documents.sorted(by: { $0.key < $1.key }) { body[name] = value }
        return .map(body)
    }
}

extension Datum {
    /// The value without members that are null.
    var bare: Datum {
        switch self {
        case .map(let map): .map(DatumMap(map.members.filter { !$0.value.isNull }.map { ($0.key, $0.value.bare) }))
        case .list(let list): .list(list.map(\.bare))
        default: self
        }
    }
}
