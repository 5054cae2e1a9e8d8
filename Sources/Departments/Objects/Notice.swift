internal import AWSDoor
internal import Core
internal import Database
internal import JSON
internal import Records

/// What a bucket that wants it tells the event bus of a request. Written down in the change itself, so that nothing happens
/// untold and nothing is told that did not happen; carried afterwards.
struct Notice: Sendable {
    /// The setting of a bucket that asks for notices.
    static let mark = "notifies"
    static let columns = "n, event"

    private let bucket: String
    private let account: String
    private let region: String
    private let requestID: String
    private let requester: String
    /// Nil where nobody asked.
    private let address: String?
    /// Why what is deleted is deleted.
    private let reason: String

    init(_ visit: ObjectVisit) {
        bucket = visit.bucketName
        account = visit.desk.account
        region = visit.desk.region
        requestID = visit.requestID
        requester = visit.desk.account
        address = visit.intake.surroundings.sourceAddress
        reason = "DeleteObject"
    }

    // > requester: AWS account ID or AWS service principal of requester. source-ip-address: Only present for events
    // > triggered by an S3 request. <https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html>
    /// Of what a bucket's own rules do.
    init(lifecycleOf bucket: String, account: String, region: String) {
        self.bucket = bucket
        self.account = account
        self.region = region
        requestID = UniqueID.random()
        requester = "s3.amazonaws.com"
        address = nil
        reason = "Lifecycle Expiration"
    }

    /// Of what another service does: `iot.amazonaws.com`.
    init(by service: String, in bucket: String, account: String, region: String) {
        self.bucket = bucket
        self.account = account
        self.region = region
        requestID = UniqueID.random()
        requester = service
        address = nil
        reason = "DeleteObject"
    }

    func created(
        _ object: NewObject, _ key: String, version: String?, reason: String, _ desk: inout RecordShelf.Desk
    ) throws(Fault) {
        let details: DatumMap = ["size": .whole(object.size), "etag": .text(object.etag)]
        try tell("Object Created", key, version, details, ["reason": .text(reason)], &desk)
    }

    /// A version is gone for good, or a marker hides what is there.
    func deleted(
        _ found: StoredObject?, _ key: String, version: String?, _ desk: inout RecordShelf.Desk
    ) throws(Fault) {
        let kind: Datum = found == nil ? "Delete Marker Created" : "Permanently Deleted"
        let details: DatumMap = found.map { $0.isMarker ? [:] : ["etag": .text($0.etag)] } ?? [:]
        try tell(
            "Object Deleted", key, version, details, ["reason": .text(reason), "deletion-type": kind], &desk)
    }

    func tagged(_ object: StoredObject, areGone: Bool, _ desk: inout RecordShelf.Desk) throws(Fault) {
        let version = object.version == StoredObject.nullVersion ? nil : object.version
        let kind = areGone ? "Object Tags Deleted" : "Object Tags Added"
        try tell(kind, object.key, version, ["etag": .text(object.etag)], [:], &desk)
    }

    private func tell(
        _ kind: String, _ key: String, _ version: String?, _ object: DatumMap, _ more: DatumMap,
        _ desk: inout RecordShelf.Desk
    ) throws(Fault) {
        guard desk.records[ObjectsDesk.bucket, bucket]?[Self.mark] != nil else { return }
        let number =
            try desk.database.rows(
                "SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'notices'"
            ) { $0.int(0) }.first ?? 1
        var object = object
        object["key"] = .text(key)
        if let version { object["version-id"] = .text(version) }
        object["sequencer"] = .text(Hexadecimal.text(Self.bigEndian(number)))
        var detail = more
        detail["version"] = "0"
        detail["bucket"] = ["name": .text(bucket)]
        detail["object"] = .map(object)
        detail["request-id"] = .text(requestID)
        detail["requester"] = .text(requester)
        if let address { detail["source-ip-address"] = .text(address) }
        let time = CivilTime(milliseconds: Int64(WallClock.milliseconds)).iso
        let event: Datum = [
            "version": "0", "id": .text(UniqueID.random()), "detail-type": .text(kind), "source": "aws.s3",
            "account": .text(account), "time": .text(String(time.prefix(19)) + "Z"), "region": .text(region),
            "resources": [.text("arn:aws:s3:::\(bucket)")], "detail": .map(detail),
        ]
        try desk.database.run("INSERT INTO notices(n, event) VALUES(?, ?)", [.int(number), .bytes(event.json)])
    }

    /// Of one length, so that the order of the texts is that of the numbers.
    private static func bigEndian(_ number: Int64) -> [UInt8] {
        stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) }
    }
}
