internal import AWSSignature
internal import Core
internal import Files
internal import JSON
internal import WebClient

/// `lineside hub token`: a word by which a new node may join, asked of the hub that runs.
enum HubToken {
    private static let answerBytesMax = 1 << 16

    static func make(_ options: Options) throws -> Int32 {
        let answer = try made(
            HubFolder(options), for: options.text("thing"), seconds: try options.int("valid", in: 60...31_536_000))
        if try options.wantsJSON {
            Verbs.say(String(decoding: answer.json, as: UTF8.self))
        } else {
            Verbs.say(answer["token"]?.text ?? "")
        }
        return ExitCode.ok
    }

    /// What the hub says of a new one; for one thing alone, where it is named.
    static func made(_ folder: HubFolder, for thing: String?, seconds: Int? = nil) throws -> Datum {
        var input = DatumMap()
        if let thing { input["thingName"] = .text(thing) }
        if let seconds { input["validSeconds"] = .whole(seconds) }
        return try ask("CreateJoinToken", .map(input), folder)
    }

    /// Asks as the administrator, as any client would.
    private static func ask(_ operation: String, _ input: Datum, _ folder: HubFolder) throws -> Datum {
        let environment = Dictionary(uniqueKeysWithValues: try folder.environment().map { ($0.name, $0.value) })
        let endpoint = try AWSEndpoint(parsing: environment["AWS_ENDPOINT_URL"] ?? "")
        let body = input.json
        let credentials = AWSCredentials(
            keyID: environment["AWS_ACCESS_KEY_ID"] ?? "", secret: environment["AWS_SECRET_ACCESS_KEY"] ?? "")
        let signer = AWSSigner(credentials, region: environment["AWS_REGION"] ?? "", service: "lineside")
        let signed = endpoint.fields(
            calling: "Lineside.\(operation)", "application/x-amz-json-1.1", body, signer: signer,
            at: SigningTime(milliseconds: Int64(WallClock.milliseconds)))
        let fields = WebFields(signed.map { ($0.name, $0.value) })
        var plan = WebPlan()
        plan.noProxy = "*"
        let answer = try WebClient(plan).send(
            WebRequest("POST", endpoint.address, fields: fields, body: body), bodyBytesMax: answerBytesMax)
        let datum = (try? Datum(json: answer.body)) ?? .null
        guard answer.isSuccess else {
            throw Fault(.invalid, datum["message"]?.text ?? "the hub answered \(answer.status)")
        }
        return datum
    }
}
