internal import AWSProtocol
internal import Core
internal import Crypto

/// What a message carries beside its body.
struct MessageAttribute: Hashable, Sendable {
    enum Value: Hashable, Sendable {
        case text(String)
        case binary([UInt8])
    }

    /// `String`, `Number` or `Binary`, and a word of the sender's behind a dot.
    let type: String
    let value: Value

    init(type: String, value: Value) {
        self.type = type
        self.value = value
    }

    /// As it came over the wire.
    init(_ datum: Datum, named name: String) throws(ServiceProblem) {
        guard let type = datum["DataType"]?.text, !type.isEmpty, type.utf8.count <= 256 else {
            throw QueueProblem.invalid(
                "The message attribute '\(name)' must contain a non-empty message attribute type.")
        }
        guard let attribute = MessageAttribute(kept: datum), !attribute.isEmpty else {
            throw QueueProblem.invalid(
                "The message attribute '\(name)' must have a value of its type: String, Number or Binary."
            )
        }
        if case .text(let text) = attribute.value {
            try MessageText.check(text)
            guard attribute.kind != "Number" || Double(text)?.isFinite == true else {
                throw QueueProblem.invalid("Can't cast the value of message attribute '\(name)' to a number.")
            }
        }
        self = attribute
    }

    /// As `datum` wrote it.
    init?(kept datum: Datum) {
        guard let type = datum["DataType"]?.text else { return nil }
        self.type = type
        switch type.prefix(while: { $0 != "." }) {
        case "String", "Number":
            guard let text = datum["StringValue"]?.text else { return nil }
            value = .text(text)
        case "Binary":
            guard let bytes = datum["BinaryValue"]?.text.flatMap({ Base64.bytes($0) }) else { return nil }
            value = .binary(bytes)
        default: return nil
        }
    }

    var datum: Datum {
        switch value {
        case .text(let text): ["StringValue": .text(text), "DataType": .text(type)]
        case .binary(let bytes): ["BinaryValue": .text(Base64.text(bytes)), "DataType": .text(type)]
        }
    }

    private var kind: Substring { type.prefix { $0 != "." } }
    private var isEmpty: Bool { bytes.isEmpty }

    private var bytes: [UInt8] {
        switch value {
        case .text(let text): Array(text.utf8)
        case .binary(let bytes): bytes
        }
    }

    /// What it adds to a message's size, but for its name.
    var byteCount: Int { type.utf8.count + bytes.count }

    // MARK: digest

    /// What clients hold against what they sent; nil for no attributes. By sorted names: the name, the type, one byte
    /// that tells texts (1) from bytes (2), and the value; all but that byte behind their length in four bytes, highest
    /// first.
    /// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html>
    static func digest(of attributes: [String: MessageAttribute]) -> String? {
        if attributes.isEmpty { return nil }
        var digest = MD5()
        for (name, attribute) in attributes.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            digest.update(measured(Array(name.utf8)))
            digest.update(measured(Array(attribute.type.utf8)))
            if case .text = attribute.value { digest.update([1]) } else { digest.update([2]) }
            digest.update(measured(attribute.bytes))
        }
        return Hexadecimal.text(digest.finish())
    }

    private static func measured(_ bytes: [UInt8]) -> [UInt8] {
        let count = UInt32(bytes.count)
        return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) } + bytes
    }
}

/// The names of message attributes that a sender may choose.
enum MessageAttributeName {
    static func check(_ name: String) throws(ServiceProblem) {
        let small = name.lowercased()
        let isGood =
            (1...256).contains(name.utf8.count) && name.isMadeOfLetters(and: "_-.") && !name.hasPrefix(".")
            && !name.hasSuffix(".") && !name.contains("..") && !small.hasPrefix("aws.") && !small.hasPrefix("amazon.")
        guard isGood else {
            throw QueueProblem.invalid(
                "The message attribute name '\(name.prefix(80))' is invalid: letters, digits, '_', '-' and '.' within."
            )
        }
    }
}

/// Which attributes a receiver asks for: `All`, `.*`, a name, or `prefix.*`.
struct AttributeChoice: Hashable, Sendable {
    private let names: Set<String>
    private let prefixes: [String]

    init(_ wanted: [String]) {
        names = Set(wanted)
        prefixes = wanted.compactMap { name in
            if name == "All" { return "" }
            return name.hasSuffix(".*") ? String(name.dropLast(2)) : nil
        }
    }

    func takes(_ name: String) -> Bool { names.contains(name) || prefixes.contains(where: name.hasPrefix) }
}
