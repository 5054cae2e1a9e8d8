internal import Core
internal import XML

/// What goes out: a document, the bytes of an object, or nothing.
struct ObjectAnswer {
    var status = 200
    var fields: [(String, String)] = []
    var type = ""
    var body: [UInt8] = []
    /// The bytes of an object, instead of a body.
    var source: BlobReader?
    var length = 0

    init(status: Int = 200, fields: [(String, String)] = []) {
        self.status = status
        self.fields = fields
    }

    static let space = "http://s3.amazonaws.com/doc/2006-03-01/"

    /// A document of one element.
    init(_ root: String, status: Int = 200, fields: [(String, String)] = [], _ write: (inout XMLWriter) -> Void) {
        var xml = XMLWriter()
        xml.open(root, [("xmlns", Self.space)])
        write(&xml)
        xml.close(root)
        self.init(status: status, fields: fields)
        self.type = "application/xml"
        body = xml.bytes
        length = body.count
    }

    init(text: [UInt8], type: String) {
        self.type = type
        body = text
        length = text.count
    }

    init(_ problem: ServiceProblem, _ request: ObjectRequest, requestID: String) {
        var xml = XMLWriter()
        xml.open("Error")
        xml.element("Code", problem.code)
        xml.element("Message", problem.message)
        if !request.bucket.isEmpty { xml.element("BucketName", request.bucket) }
        if !request.key.isEmpty { xml.element("Key", request.key) }
        for (name, value) in problem.details.sorted(by: { $0.key < $1.key }) { xml.element(name, value) }
        xml.element("Resource", request.resource)
        xml.element("RequestId", requestID)
        xml.element("HostId", requestID)
        xml.close("Error")
        self.init(status: problem.status, fields: problem.fields.sorted { $0.key < $1.key })
        type = "application/xml"
        body = problem.status == 304 ? [] : xml.bytes
        length = body.count
    }
}

/// Times as S3 writes them.
enum ObjectTime {
    /// Of whole seconds, as HEAD tells them: clients that compare the two would fetch everything again.
    static func iso(_ milliseconds: Int64) -> String {
        CivilTime(milliseconds: milliseconds / 1000 * 1000).iso
    }

    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// `Fri, 20 Nov 2026 07:14:01 GMT`.
    static func http(_ milliseconds: Int64) -> String {
        let iso = iso(milliseconds)
        let parts = iso.prefix(10).split(separator: "-").map(String.init)
        let day = days[Int(milliseconds / 86_400_000 % 7)]
        let month = months[(Int(parts[1]) ?? 1) - 1]
        return "\(day), \(parts[2]) \(month) \(parts[0]) \(iso.dropFirst(11).prefix(8)) GMT"
    }

    /// Nil for what is no such time.
    static func milliseconds(http text: String) -> Int64? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, let month = months.firstIndex(of: String(parts[2])) else { return nil }
        let number = month + 1 < 10 ? "0\(month + 1)" : "\(month + 1)"
        let day = parts[1].count == 1 ? "0\(parts[1])" : "\(parts[1])"
        return CivilTime(iso: "\(parts[3])-\(number)-\(day)T\(parts[4])Z")?.milliseconds
    }
}
