internal import AWSEvents
internal import AWSSignature
internal import Core
internal import WebClient

/// One connection to the endpoint, signing what it sends.
///
/// Concurrency: confined to the sender's lane.
final class UplinkClient {
    private static let answerBytesMax = 1 << 20
    private let uplink: SpoolUplink
    private let client: WebClient
    private let cancellation: WebCancellation

    init(_ uplink: SpoolUplink, _ cancellation: WebCancellation) throws(Fault) {
        self.uplink = uplink
        self.cancellation = cancellation
        client = try WebClient(uplink.web)
    }

    func put(_ body: [UInt8], wall: Int64) throws(Fault) -> (status: Int, body: [UInt8]) {
        let signer = AWSSigner(try uplink.credentials(), region: uplink.region, service: "events")
        let signed = uplink.endpoint.fields(
            calling: PutEvents.target, PutEvents.mediaType, body, signer: signer, at: SigningTime(milliseconds: wall))
        let fields = WebFields(signed.map { ($0.name, $0.value) })
        let request = WebRequest(
            "POST", uplink.endpoint.address, fields: fields, body: body, wholeMilliseconds: uplink.answerWithin)
        let answer = try client.send(request, bodyBytesMax: Self.answerBytesMax, cancellation: cancellation)
        return (answer.status, answer.body)
    }
}
