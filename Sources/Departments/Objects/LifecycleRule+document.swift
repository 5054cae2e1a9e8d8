internal import Core
internal import XML

/// A rule read from a document, which is refused as S3 refuses it.
extension LifecycleRule {
    private static let idLetters = 48
    private static let idLettersMax = 255
    private static let prefixBytesMax = 1024
    private static let newerVersionsMax = 100
    private static let members: Set<String> = [
        "ID", "Prefix", "Filter", "Status", "Expiration", "NoncurrentVersionExpiration",
        "AbortIncompleteMultipartUpload",
    ]

    init(_ element: XMLElement) throws(ServiceProblem) {
        self.init()
        for child in element.children where child.name.hasSuffix("Transition") {
            throw ServiceProblem(
                "NotImplemented",
                "\(child.name): this hub has one storage class, so nothing can be moved to another. Take the transitions out of the rule.",
                status: 501)
        }
        try Self.check(element, has: Self.members)
        id = element["ID"]?.text ?? ""
        guard id.unicodeScalars.count <= Self.idLettersMax else {
            throw ObjectProblem.invalid("ID length should not exceed allowed limit of \(Self.idLettersMax)")
        }
        if id.isEmpty { id = Secret.minted(letters: Self.idLetters) }
        switch element["Status"]?.text.trimmed {
        case "Enabled": isEnabled = true
        case "Disabled": isEnabled = false
        default: throw ObjectProblem.malformedXML
        }
        try readConditions(element)
        try readActions(element)
        try checkTogether()
    }

    /// Each of them once, and no others.
    private static func check(_ element: XMLElement, has members: Set<String>) throws(ServiceProblem) {
        let names = element.children.map(\.name)
        guard names.allSatisfy(members.contains), Set(names).count == names.count else {
            throw ObjectProblem.malformedXML
        }
    }

    // MARK: conditions

    private mutating func readConditions(_ element: XMLElement) throws(ServiceProblem) {
        switch (element["Prefix"], element["Filter"]) {
        case (let bare?, nil):
            form = .bare
            prefix = bare.text
        case (nil, let filter?):
            guard filter.children.count <= 1 else { throw ObjectProblem.malformedXML }
            if let and = filter["And"] {
                form = .joined
                guard !and.children.isEmpty else { throw ObjectProblem.malformedXML }
                try readFilter(and)
            } else {
                try readFilter(filter)
            }
        default: throw ObjectProblem.malformedXML
        }
        guard (prefix ?? "").utf8.count <= Self.prefixBytesMax else {
            throw ObjectProblem.request("The maximum size of a prefix is \(Self.prefixBytesMax).")
        }
        if let sizeAbove, let sizeBelow, sizeBelow <= sizeAbove {
            throw ObjectProblem.request("'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'.")
        }
    }

    private mutating func readFilter(_ filter: XMLElement) throws(ServiceProblem) {
        var pairs: [(String, String)] = []
        var seen: Set<String> = []
        for child in filter.children {
            guard child.name == "Tag" || seen.insert(child.name).inserted else { throw ObjectProblem.malformedXML }
            switch child.name {
            case "Prefix": prefix = child.text
            case "ObjectSizeGreaterThan": sizeAbove = try Self.size(child)
            case "ObjectSizeLessThan": sizeBelow = try Self.size(child)
            case "Tag":
                guard let key = child["Key"]?.text, let value = child["Value"]?.text else {
                    throw ObjectProblem.malformedXML
                }
                pairs.append((key, value))
            default: throw ObjectProblem.malformedXML
            }
        }
        let checked = try ObjectTags.check(pairs, max: ObjectTags.perObjectMax)
        tags = checked.map { Tag(key: $0["Key"]?.text ?? "", value: $0["Value"]?.text ?? "") }
    }

    private static func size(_ element: XMLElement) throws(ServiceProblem) -> Int {
        guard let size = Int(element.text.trimmed), size >= 0 else { throw ObjectProblem.malformedXML }
        return size
    }

    // MARK: actions

    private mutating func readActions(_ element: XMLElement) throws(ServiceProblem) {
        if let action = element["Expiration"] { expiration = try Self.expiration(action) }
        if let action = element["NoncurrentVersionExpiration"] {
            try Self.check(action, has: ["NoncurrentDays", "NewerNoncurrentVersions"])
            noncurrentDays = try Self.days("NoncurrentDays", of: action)
            newerVersions = try action["NewerNoncurrentVersions"].map(Self.newerVersions)
        }
        if let action = element["AbortIncompleteMultipartUpload"] {
            try Self.check(action, has: ["DaysAfterInitiation"])
            uploadDays = try Self.days("DaysAfterInitiation", of: action)
        }
        guard expiration != nil || noncurrentDays != nil || uploadDays != nil else {
            throw ObjectProblem.request("At least one action needs to be specified in a rule.")
        }
    }

    private static func expiration(_ action: XMLElement) throws(ServiceProblem) -> Expiration {
        guard let child = action.children.first, action.children.count == 1 else { throw ObjectProblem.malformedXML }
        let text = child.text.trimmed
        switch child.name {
        case "Days": return .days(try days("Days", of: action))
        case "Date":
            guard let date = CivilTime(iso: text)?.milliseconds else { throw ObjectProblem.malformedXML }
            guard date >= 0 else { throw ObjectProblem.invalid("'Date' must not be before 1970") }
            guard date % LifecyclePlan.day == 0 else { throw ObjectProblem.invalid("'Date' must be at midnight GMT") }
            return .date(date)
        case "ExpiredObjectDeleteMarker":
            guard text == "true" || text == "false" else { throw ObjectProblem.malformedXML }
            return .markers(text == "true")
        default: throw ObjectProblem.malformedXML
        }
    }

    private static func days(_ name: String, of action: XMLElement) throws(ServiceProblem) -> Int {
        // One that is not there is none.
        guard let days = Int32(action[name]?.text.trimmed ?? "0") else { throw ObjectProblem.malformedXML }
        guard days > 0 else {
            throw ObjectProblem.invalid("'\(name)' for \(action.name) action must be a positive integer")
        }
        return Int(days)
    }

    private static func newerVersions(_ element: XMLElement) throws(ServiceProblem) -> Int {
        guard let count = Int32(element.text.trimmed) else { throw ObjectProblem.malformedXML }
        guard (1...Int32(newerVersionsMax)).contains(count) else {
            throw ObjectProblem.invalid("'\(element.name)' must be an integer between 1 and \(newerVersionsMax)")
        }
        return Int(count)
    }

    /// Uploads and markers have neither tags nor sizes.
    private func checkTogether() throws(ServiceProblem) {
        let condition = !tags.isEmpty ? "Tags" : sizeAbove != nil || sizeBelow != nil ? "Object Size" : nil
        guard let condition else { return }
        if uploadDays != nil {
            throw ObjectProblem.request("AbortIncompleteMultipartUpload cannot be specified with \(condition).")
        }
        if case .markers = expiration {
            throw ObjectProblem.request("ExpiredObjectDeleteMarker cannot be specified with \(condition).")
        }
    }
}

/// A rule written into a document, as it was read.
extension LifecycleRule {
    func write(to xml: inout XMLWriter) {
        xml.open("Rule")
        xml.element("ID", id)
        writeConditions(to: &xml)
        xml.element("Status", isEnabled ? "Enabled" : "Disabled")
        writeActions(to: &xml)
        xml.close("Rule")
    }

    private func writeConditions(to xml: inout XMLWriter) {
        if form == .bare { return xml.element("Prefix", prefix ?? "") }
        xml.open("Filter")
        if form == .joined { xml.open("And") }
        if let prefix { xml.element("Prefix", prefix) }
        for tag in tags {
            xml.open("Tag")
            xml.element("Key", tag.key)
            xml.element("Value", tag.value)
            xml.close("Tag")
        }
        if let sizeAbove { xml.element("ObjectSizeGreaterThan", "\(sizeAbove)") }
        if let sizeBelow { xml.element("ObjectSizeLessThan", "\(sizeBelow)") }
        if form == .joined { xml.close("And") }
        xml.close("Filter")
    }

    private func writeActions(to xml: inout XMLWriter) {
        if let expiration {
            xml.open("Expiration")
            switch expiration {
            case .days(let days): xml.element("Days", "\(days)")
            case .date(let date): xml.element("Date", ObjectTime.iso(date))
            case .markers(let go): xml.element("ExpiredObjectDeleteMarker", "\(go)")
            }
            xml.close("Expiration")
        }
        if let noncurrentDays {
            xml.open("NoncurrentVersionExpiration")
            xml.element("NoncurrentDays", "\(noncurrentDays)")
            if let newerVersions { xml.element("NewerNoncurrentVersions", "\(newerVersions)") }
            xml.close("NoncurrentVersionExpiration")
        }
        if let uploadDays {
            xml.open("AbortIncompleteMultipartUpload")
            xml.element("DaysAfterInitiation", "\(uploadDays)")
            xml.close("AbortIncompleteMultipartUpload")
        }
    }
}
