internal import Core
internal import JSON
internal import Recipes
internal import WebClient

/// What a node asks its hub over HTTPS, with its certificate.
///
/// Concurrency: confined to whoever owns it.
final class HubWeb {
    private static let answerBytesMax = 4 << 20
    private static let milliseconds = 30_000
    private static let pagesMax = 100
    private let address: HubAddress
    private let thing: String
    private let client: WebClient
    private let cancellation: WebCancellation?

    init(_ address: HubAddress, thing: String, cancellation: WebCancellation? = nil) throws(Fault) {
        self.cancellation = cancellation
        self.address = address
        self.thing = thing
        client = try WebClient(address.webPlan)
    }

    private func ask(_ method: String, _ url: String, _ body: Datum? = nil) throws(Fault) -> Datum {
        var request = WebRequest(
            method, url, fields: ["Content-Type": "application/json", "x-amzn-iot-thingname": thing], body: body?.json)
        request.wholeMilliseconds = Self.milliseconds
        let answer = try client.send(request, bodyBytesMax: Self.answerBytesMax, cancellation: cancellation)
        let datum = (try? Datum(json: answer.body)) ?? .null
        guard answer.isSuccess else {
            let words = datum["message"]?.text ?? "status \(answer.status)"
            let code: Fault.Code = answer.status == 404 ? .notFound : answer.status >= 500 ? .unavailable : .invalid
            throw Fault(code, "the hub says: \(words)")
        }
        return datum
    }

    func choose(_ name: String, _ ranges: [String: String], on platform: Platform) throws(Fault) -> HubCatalogue.Choice
    {
        let attributes = platform.attributes.sorted { $0.key < $1.key }.map { ($0.key, Datum.text($0.value)) }
        let wishes = ranges.sorted { $0.key < $1.key }.map { ($0.key, Datum.text($0.value)) }
        let said = try ask(
            "POST", address.documents + "/greengrass/v2/resolveComponentCandidates",
            [
                "platform": ["name": "linux", "attributes": .map(DatumMap(attributes))],
                "componentCandidates": [
                    ["componentName": .text(name), "versionRequirements": .map(DatumMap(wishes))]
                ],
            ])
        guard let found = said["resolvedComponentVersions"]?.list?.first, let arn = found["arn"]?.text,
            let version = found["componentVersion"]?.text,
            let recipe = found["recipe"]?.text.flatMap({ Base64.bytes($0) })
        else { throw Fault(.notFound, "the hub has no version of \(name) that suits") }
        return HubCatalogue.Choice(arn: arn, version: version, recipe: recipe)
    }

    /// The groups that the thing is in; nil where the hub does not say.
    func groups() throws(Fault) -> [String]? {
        var groups: [String] = []
        var token: String?
        for _ in 0..<Self.pagesMax {
            let query = token.map { "?nextToken=" + PercentText.encoded($0) } ?? ""
            let place = "/greengrass/v2/coreDevices/\(PercentText.encoded(thing))/thingGroups"
            let said: Datum
            do throws(Fault) { said = try ask("GET", address.documents + place + query) } catch {
                guard error.code != .unavailable, error.code != .timeout else { throw error }
                Log.line("the hub does not say which groups this thing is in: \(error.message)")
                return nil
            }
            groups += said["thingGroups"]?.list?.compactMap { $0["thingGroupName"]?.text } ?? []
            token = said["nextToken"]?.text
            if token == nil { break }
        }
        return groups
    }

    /// Where an artifact's bytes are to be had for a while.
    func artifact(_ name: String, of arn: String) throws(Fault) -> String {
        let path =
            "/greengrass/v2/components/\(PercentText.encoded(arn))/artifacts/\(PercentText.encoded(name, keepingSlash: true))"
        guard let url = try ask("GET", address.documents + path)["preSignedUrl"]?.text else {
            throw Fault(.invalid, "the hub gives no address for \(name) of \(arn)")
        }
        return url
    }

    /// What components sign with, and until when.
    func credentials() throws(Fault) -> Datum {
        guard let host = address.credentials, let alias = address.roleAlias else {
            throw Fault(
                .notFound, "no role alias is configured",
                hint: "name iotRoleAlias and iotCredEndpoint in the node's configuration")
        }
        let said = try ask("GET", "\(host)/role-aliases/\(PercentText.encoded(alias))/credentials")
        guard let credentials = said["credentials"] else { throw Fault(.invalid, "the hub gives no credentials") }
        return credentials
    }
}
