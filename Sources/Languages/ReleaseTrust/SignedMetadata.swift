package import Core
internal import JSON

/// What one role says.
package protocol MetadataBody: Sendable {
    static var type: String { get }
    init(reading reader: MetadataSource) throws(Fault)
}

/// The `signed` part of a document, to be read by its body.
package struct MetadataSource {
    let reader: MetadataReader
}

/// A document with its signatures, exactly as it came.
package struct SignedMetadata<Body: MetadataBody>: Sendable {
    /// As they came: what is kept, and what digests are taken of.
    package let bytes: [UInt8]
    package let version: Int
    package let expiry: Expiry
    package let body: Body
    package let signed: Datum
    package let signatures: [Signature]
    /// What was signed, unknown members included.
    let payload: [UInt8]

    package init(_ bytes: [UInt8], role: String) throws(Fault) {
        let datum = try Datum(json: bytes, named: role, code: .malformed)
        let envelope = MetadataReader(datum, path: role)
        let reader = try envelope.member("signed")
        let type = try reader.member("_type").text()
        guard type == Body.type else {
            throw Fault(.malformed, "\(role) is metadata of the type \"\(type)\", not \"\(Body.type)\"")
        }
        let edition = try reader.member("spec_version").text()
        guard edition == "1" || edition.hasPrefix("1.") else {
            throw Fault(.malformed, "\(role) follows edition \(edition) of the specification; 1 is known here")
        }
        self.bytes = bytes
        version = try reader.member("version").whole(from: 1)
        expiry = try Expiry(reader.member("expires"))
        signatures = try Signature.list(envelope.member("signatures"))
        body = try Body(reading: MetadataSource(reader: reader))
        signed = reader.value
        payload = try CanonicalJSON.bytes(reader.value)
    }

    func require(_ keys: RoleKeys, _ role: String) throws(Fault) {
        try keys.require(signatures, over: payload, of: "\(role) version \(version)")
    }

    func requireFresh(_ role: String, at now: Int64) throws(Fault) {
        guard now < expiry.milliseconds else {
            throw Fault(
                .expired, "\(role) version \(version) expired on \(expiry), and it is \(CivilTime(milliseconds: now))",
                hint:
                    "check this machine's clock; if it is right, the repository must publish, or is being kept from us")
        }
    }
}

/// When metadata stop being good.
package struct Expiry: Hashable, Sendable, CustomStringConvertible {
    /// Since 1970.
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    init(_ reader: MetadataReader) throws(Fault) {
        let text = try reader.text()
        guard let time = CivilTime(iso: text) else {
            throw Fault(.malformed, "\(reader.path) \"\(text)\" is not a time such as 2030-01-31T12:00:00Z")
        }
        milliseconds = time.milliseconds
    }

    package var description: String { CivilTime(milliseconds: milliseconds).isoSeconds }
}
