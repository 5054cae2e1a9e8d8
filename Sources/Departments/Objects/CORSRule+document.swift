internal import Core
internal import XML

/// A rule read from a document and written into one; it is refused as S3 refuses it.
extension CORSRule {
    private static let idLettersMax = 255
    private static let known = ["GET", "PUT", "HEAD", "POST", "DELETE"]

    init(_ element: XMLElement) throws(ServiceProblem) {
        self.init()
        for child in element.children {
            let text = child.text.trimmed
            switch child.name {
            case "ID" where id == nil: id = child.text
            case "AllowedHeader": headers.append(text)
            case "AllowedMethod": methods.append(text)
            case "AllowedOrigin": origins.append(text)
            case "ExposeHeader": exposed.append(text)
            case "MaxAgeSeconds" where secondsMax == nil:
                guard let seconds = Int32(text), seconds >= 0 else { throw ObjectProblem.malformedXML }
                secondsMax = Int(seconds)
            default: throw ObjectProblem.malformedXML
            }
        }
        guard !methods.isEmpty, !origins.isEmpty else { throw ObjectProblem.malformedXML }
        try check()
    }

    private func check() throws(ServiceProblem) {
        guard (id ?? "").unicodeScalars.count <= Self.idLettersMax else {
            throw ObjectProblem.invalid("ID length should not exceed allowed limit of \(Self.idLettersMax)")
        }
        if let method = methods.first(where: { !Self.known.contains($0) }) {
            throw ObjectProblem.request(
                "Found unsupported HTTP method in CORS config. Unsupported method is \(method.prefix(40))")
        }
        for (name, words) in [("AllowedOrigin", origins), ("AllowedHeader", headers)] {
            guard let word = words.first(where: { $0.count(where: { $0 == "*" }) > 1 }) else { continue }
            throw ObjectProblem.request("\(name) \"\(word.prefix(200))\" can not have more than one wildcard.")
        }
        if let word = exposed.first(where: { $0.contains("*") }) {
            throw ObjectProblem.request(
                "ExposeHeader \"\(word.prefix(200))\" contains wildcard. We currently do not support wildcard for ExposeHeader."
            )
        }
    }

    func write(to xml: inout XMLWriter) {
        xml.open("CORSRule")
        if let id { xml.element("ID", id) }
        for (name, words) in [
            ("AllowedHeader", headers), ("AllowedMethod", methods), ("AllowedOrigin", origins),
            ("ExposeHeader", exposed),
        ] {
            for word in words { xml.element(name, word) }
        }
        if let secondsMax { xml.element("MaxAgeSeconds", "\(secondsMax)") }
        xml.close("CORSRule")
    }
}
