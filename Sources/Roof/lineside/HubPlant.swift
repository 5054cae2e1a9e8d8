internal import AWSDoor
internal import AWSProtocol
internal import AWSSignature
internal import Core
internal import Crypto
internal import Fleet
internal import Greengrass
internal import Identity
internal import JSON
internal import Objects

/// The registry and the object store, as deployments know them.
struct HubPlant: Plant {
    private static let addressSeconds = 3600

    let fleet: FleetDesk
    let objects: ObjectsDesk
    let identity: IdentityDesk
    let region: String
    let places: HubPlaces

    func digest(
        ofObject key: String, in bucket: String, for caller: AWSProtocol.Caller
    ) throws(ServiceProblem) -> SHA256Digest? {
        let surroundings = Surroundings(sourceAddress: "", userAgent: "greengrass", region: region, isSecure: true)
        // The house reads for him: what he may not read himself he does not get by a recipe either.
        let objection = identity.objection(
            to: "s3:GetObject", on: "arn:aws:s3:::\(bucket)/\(key)", policy: objects.policy(of: bucket), by: caller,
            surroundings)
        guard objection == nil else { return nil }
        return try objects.digest(of: key, in: bucket)
    }

    func address(ofObject key: String, in bucket: String) throws(ServiceProblem) -> String {
        let path = "/" + PercentText.encoded(bucket) + "/" + PercentText.encoded(key, keepingSlash: true)
        let request = SignedRequest("GET", path, fields: [.init("host", places.door)], payload: .unsigned)
        let signer = AWSSigner(identity.houseCredentials, region: region, service: "s3")
        let signed = signer.presigned(
            request, at: SigningTime(milliseconds: Int64(WallClock.milliseconds)), seconds: Self.addressSeconds)
        return "http://\(places.door)\(signed.path)?\(signed.query)"
    }

    func hasThing(_ name: String) throws(ServiceProblem) -> Bool { try fleet.hasThing(name) }
    func hasGroup(_ name: String) throws(ServiceProblem) -> Bool { try fleet.hasGroup(name) }
    func things(inGroup group: String) throws(ServiceProblem) -> [String] { try fleet.things(inGroup: group) }

    func groups(ofThing thing: String) throws(ServiceProblem) -> [(name: String, above: [String])] {
        try fleet.groups(ofThing: thing)
    }

    func offer(
        _ document: Datum, asJob id: String, to group: String, _ settings: DatumMap
    ) throws(ServiceProblem) {
        do throws(ServiceProblem) {
            try fleet.createJob(
                id, for: ["arn:aws:iot:\(region):\(identity.account):thinggroup/\(group)"],
                document: String(decoding: document.json, as: UTF8.self), namespace: GreengrassDesk.namespace,
                isContinuous: true, settings)
        } catch {
            // It was offered before, and whoever offered it was killed before he could note that.
            guard error.code == "ResourceAlreadyExistsException" else { throw error }
        }
    }

    func progress(ofJob id: String) throws(ServiceProblem) -> [JobProgress] {
        try fleet.runs(ofJob: id).map { JobProgress(thing: $0.thing, status: $0.status, details: $0.details) }
    }

    func withdraw(job id: String) throws(ServiceProblem) {
        do throws(ServiceProblem) { try fleet.cancelJob(id, force: true, comment: nil) } catch {
            guard error.status == 404 else { throw error }
        }
    }

    func want(_ desired: Datum, of thing: String, inShadow name: String) throws(ServiceProblem) {
        let payload: Datum = ["state": ["desired": desired]]
        _ = try fleet.updateShadow(try ShadowKey(thing, name), payload.json, bytesMax: FleetDesk.wishBytesMax)
    }

    func wanted(of thing: String, inShadow name: String) throws(ServiceProblem) -> Datum? {
        try fleet.sides(of: try ShadowKey(thing, name)).desired
    }

    func reported(by thing: String, inShadow name: String) throws(ServiceProblem) -> Datum? {
        try fleet.sides(of: try ShadowKey(thing, name)).reported
    }
}
