internal import AWSSignature
internal import Core
internal import JSON

/// `lineside drill signatures`: what it costs to believe one.
extension DrillVerb {
    static let signatureFlags = [Flag("count", "N", "signatures: of each kind (20000)")]

    /// A request as clients send it, and the body that came with it.
    private struct Sample {
        let name: String
        let request: SignedRequest
        let body: [UInt8]?
    }

    private static let key = AWSCredentials(keyID: "AKIDEXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    private static let region = "us-east-1"

    static func signatures(_ options: Options) throws -> Int32 {
        guard options.words.count == 1 else { throw UsageFault(message: "no such word: \(options.words[1])") }
        let count = try options.int("count", in: 1...10_000_000) ?? 20_000
        let now = SigningTime(milliseconds: Int64(WallClock.milliseconds))
        var rows: [(name: String, microseconds: Double)] = []
        for sample in samples(at: now) {
            let check = SignatureCheck()
            let began = Instant.now
            for _ in 0..<count {
                _ = try check.signer(of: sample.request, body: sample.body, at: now) { $0 == key.keyID ? key : nil }
            }
            rows.append((sample.name, Double(Instant.now.since(began)) / 1000 / Double(count)))
        }
        if try options.wantsJSON {
            let data = rows.map { ["request": .text($0.name), "microseconds": .number($0.microseconds)] as Datum }
            Verbs.say(data.asJSON)
        } else {
            for row in rows {
                let digits = (row.microseconds * 10).rounded() / 10
                Verbs.say("\(digits) us  \(row.name)")
            }
        }
        return ExitCode.ok
    }

    private static func samples(at now: SigningTime) -> [Sample] {
        let events = AWSSigner(key, region: region, service: "events")
        let objects = AWSSigner(key, region: region, service: "s3")
        var samples: [Sample] = []
        for bytes in [100, 10_000, 1_000_000] {
            let body = [UInt8](repeating: UInt8(ascii: "x"), count: bytes)
            let fields: [SignedRequest.Field] = [
                .init("Host", "127.0.0.1:8400"), .init("Content-Type", "application/x-amz-json-1.1"),
                .init("X-Amz-Target", "AWSEvents.PutEvents"),
            ]
            let plain = SignedRequest("POST", "/", fields: fields, payload: .of(body))
            samples.append(
                Sample(name: "a call with \(ByteSize(bytes))", request: events.signed(plain, at: now), body: body))
        }
        let path = "/frames/line-4/2026/11/20/part-000123.jpg"
        let get = SignedRequest("GET", path, fields: [.init("Host", "127.0.0.1:8400")], payload: .unsigned)
        samples.append(
            Sample(
                name: "an object by a signed address", request: objects.presigned(get, at: now, seconds: 900), body: nil
            ))
        return samples
    }
}
