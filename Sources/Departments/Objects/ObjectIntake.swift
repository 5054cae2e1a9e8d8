internal import AWSDoor
internal import AWSProtocol
internal import AWSSignature
internal import Core
internal import Crypto
internal import HTTP
internal import Records

/// A request's body on its way in: believed by its head, decoded, digested and written as it comes.
///
/// Confined to its reactor's thread while the body comes, and to one worker afterwards.
final class ObjectIntake: BodySink, @unchecked Sendable {
    /// A document; objects have no such limit.
    private static let documentBytesMax = 2 << 20
    /// As S3: one request brings at most so much.
    private static let objectBytesMax = 5 << 30

    let request: ObjectRequest
    let operation: ObjectOperation?
    /// A browser asks whether it may ask: nobody signs that, and it brings nothing.
    let isPreflight: Bool
    private(set) var caller: Caller?
    let keyID: String
    let surroundings: Surroundings
    let region: String
    private(set) var problem: ServiceProblem?
    private(set) var document: [UInt8] = []
    private(set) var digests: BodyDigests
    /// Where an object's bytes go.
    private(set) var blob: BlobWriter?
    private var decoder: BodyDecoder
    private var hasBegun = false

    init(_ exchange: Exchange, _ desk: ObjectsDesk) {
        let arrival = ObjectArrival(exchange, desk)
        request = arrival.request
        surroundings = arrival.surroundings
        keyID = arrival.keyID
        region = arrival.region ?? desk.region
        operation = ObjectOperation.find(arrival.request)
        isPreflight = arrival.request.method == "OPTIONS"
        digests = BodyDigests(arrival.request)
        decoder = BodyDecoder()
        do throws(ServiceProblem) {
            guard request.isReadable else { throw ServiceProblem("InvalidURI", "Couldn't parse the specified URI.") }
            guard request.place != .unknown else { throw ObjectProblem.host(request.field("host") ?? "") }
            if isPreflight { return }
            let (caller, key) = try arrival.believe(desk)
            self.caller = caller
            guard let operation else {
                throw ServiceProblem(
                    "NotImplemented",
                    "This hub does not offer \(arrival.request.wanted); `lineside hub operations` lists what it does.",
                    status: 501)
            }
            try operation.admit(caller, arrival, desk)
            try RefusedFields.check(request, operation)
            decoder = try BodyDecoder(arrival, key: key)
            try digests.check()
            guard operation.takesObject else { return }
            if let length = request.field("content-length").flatMap({ Int($0) }), length > Self.objectBytesMax {
                throw ObjectProblem.tooLarge
            }
            blob = try Self.begin(desk)
        } catch {
            problem = error
        }
    }

    private static func begin(_ desk: ObjectsDesk) throws(ServiceProblem) -> BlobWriter {
        do throws(Fault) { return try desk.blobs.begin() } catch { throw ServiceProblem(error) }
    }

    func take(_ piece: UnsafeRawBufferPointer) -> Bool {
        guard problem == nil, !isPreflight else { return false }
        do throws(ServiceProblem) {
            unsafe try decoder.read(piece) { data throws(ServiceProblem) in unsafe try keep(data) }
            return true
        } catch {
            problem = error
            return false
        }
    }

    private func keep(_ data: UnsafeRawBufferPointer) throws(ServiceProblem) {
        unsafe digests.update(data)
        guard let blob else {
            guard document.count + data.count <= Self.documentBytesMax else { throw ObjectProblem.tooLarge }
            return unsafe document.append(contentsOf: data)
        }
        guard blob.size + data.count <= Self.objectBytesMax else { throw ObjectProblem.tooLarge }
        do throws(Fault) { unsafe try blob.write(data) } catch { throw ServiceProblem(error) }
    }

    /// The body is whole: what was said of it must be true.
    func finish() throws(ServiceProblem) {
        if let problem { throw problem }
        let trailers = try decoder.finish()
        try digests.finish(trailers: trailers)
    }
}
