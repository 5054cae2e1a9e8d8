internal import Core
internal import Crypto
internal import Glibc
internal import JSON

extension Evaluation {
    private static let absentSender = "n/a"
    private static let padMax = 1000

    mutating func call(
        _ function: FunctionName, _ arguments: [Expression], _ scope: Datum?
    ) throws(RuleFailure) -> Datum? {
        if function == .encode { return try encoded(arguments, scope) }
        let values = try values(arguments, scope)
        if let double = function.ofOneDouble {
            return values.first.flatMap { $0?.sqlNumber }.flatMap { double($0.double) }
        }
        switch function {
        case .accountID, .clientID, .newUUID, .principal, .rand, .sqlVersion, .timestamp, .topic, .traceID:
            return told(function, values)
        case .get, .getOrDefault, .isNull, .isUndefined, .nanvl, .nvl, .transform: return try picked(function, values)
        case .abs, .ceil, .floor, .round, .sign, .atan2, .mod, .power, .remainder, .trunc, .bitand, .bitor, .bitxor,
            .bitnot:
            return Self.computed(function, values.map { $0?.sqlNumber })
        default: return try worded(function, values)
        }
    }

    // MARK: of the message

    private func told(_ function: FunctionName, _ values: [Datum?]) -> Datum? {
        switch function {
        case .accountID: return .text(message.account)
        case .clientID: return .text(message.client ?? Self.absentSender)
        case .principal: return message.certificate.map(Datum.text)
        case .newUUID: return .text(UniqueID.random())
        case .rand: return .number(Double.random(in: 0..<1))
        case .sqlVersion: return .text(version)
        case .timestamp: return .whole(Int(message.milliseconds))
        case .traceID: return .text(message.trace)
        default:
            guard let first = values.first else { return .text(message.topic) }
            let words = message.topic.split(separator: "/", omittingEmptySubsequences: false)
            guard let place = first?.sqlNumber?.truncated, (1...words.count).contains(place) else { return nil }
            return .text(String(words[place - 1]))
        }
    }

    // MARK: of any values

    private mutating func picked(_ function: FunctionName, _ values: [Datum?]) throws(RuleFailure) -> Datum? {
        switch function {
        case .get: return try element(of: values[0], at: values[1])
        case .isNull: return .bool(values[0]?.isNull ?? false)
        case .isUndefined: return .bool(values[0] == nil)
        case .nanvl, .nvl, .getOrDefault:
            guard let first = values[0], !first.isNull, !(first.number?.isNaN ?? false) else { return values[1] }
            return first
        default: return try enriched(values)
        }
    }

    /// Every object of a list gets the members of one more.
    private mutating func enriched(_ values: [Datum?]) throws(RuleFailure) -> Datum? {
        guard values[0]?.text == "enrichArray", let more = values[1]?.map, let list = values[2]?.list else {
            return nil
        }
        var results: [Datum] = []
        for element in list {
            guard var map = element.map else { return nil }
            try spend(more.count + 1)
            for (name, value) in more.members { map[name] = value }
            results.append(.map(map))
        }
        return .list(results)
    }

    // MARK: of numbers

    private static func computed(_ function: FunctionName, _ values: [SQLNumber?]) -> Datum? {
        guard let first = values.first.flatMap({ $0 }) else { return nil }
        guard values.count == 2 else { return computed(function, first) }
        guard let second = values[1] else { return nil }
        switch function {
        case .atan2: return SQLNumber.decimal(Glibc.atan2(first.double, second.double)).datum
        case .power: return SQLNumber.decimal(Glibc.pow(first.double, second.double)).datum
        case .mod, .remainder: return SQLNumber.computed(.remainder, first, second)?.datum
        case .trunc: return truncated(first, to: second.floor)
        default:
            guard let left = first.floor, let right = second.floor else { return nil }
            return .whole(function == .bitand ? left & right : function == .bitor ? left | right : left ^ right)
        }
    }

    private static func computed(_ function: FunctionName, _ value: SQLNumber) -> Datum? {
        if case .whole(let whole) = value {
            switch function {
            case .abs: return whole == .min ? nil : .whole(Swift.abs(whole))
            case .sign: return .whole(whole.signum())
            case .bitnot: return .whole(~whole)
            default: return .whole(whole)
            }
        }
        let double = value.double
        switch function {
        case .abs: return .number(Swift.abs(double))
        case .sign: return .whole(double > 0 ? 1 : double < 0 ? -1 : 0)
        case .bitnot: return value.floor.map { .whole(~$0) }
        case .ceil: return Int(exactly: double.rounded(.up)).map(Datum.whole)
        case .floor: return value.floor.map(Datum.whole)
        default: return Int(exactly: double.rounded(.toNearestOrAwayFromZero)).map(Datum.whole)
        }
    }

    /// Zeros at the end go.
    private static func truncated(_ value: SQLNumber, to places: Int?) -> Datum? {
        guard case .decimal(let double) = value else { return value.datum }
        guard let places else { return nil }
        let unit = Glibc.pow(10, Double(min(max(places, 0), 15)))
        let cut = (double * unit).rounded(.towardZero) / unit
        return Int(exactly: cut).map(Datum.whole) ?? SQLNumber.decimal(cut).datum
    }

    // MARK: of texts

    private mutating func worded(_ function: FunctionName, _ values: [Datum?]) throws(RuleFailure) -> Datum? {
        if function == .concat { return try joined(values) }
        guard let first = try text(values[0]) else { return nil }
        switch function {
        case .lower: return .text(first.lowercased())
        case .upper: return .text(first.uppercased())
        case .length: return .whole(first.count)
        case .numbytes: return .whole(first.utf8.count)
        case .trim: return .text(first.trimmed(atStart: true, atEnd: true))
        case .ltrim: return .text(first.trimmed(atStart: true, atEnd: false))
        case .rtrim: return .text(first.trimmed(atStart: false, atEnd: true))
        case .chr:
            guard let code = values[0]?.sqlNumber?.floor, (0...127).contains(code) else { return nil }
            return .text(String(UnicodeScalar(UInt8(code))))
        case .md5: return .text(Hexadecimal.text(MD5.digest(of: Array(first.utf8))))
        case .sha256: return .text("\(SHA256.digest(of: Array(first.utf8)))")
        case .sha512: return .text(Self.sha512(first))
        case .substring: return Self.substring(first, values.dropFirst().map { $0?.sqlNumber })
        case .lpad, .rpad: return padded(first, values[1], isLeft: function == .lpad)
        case .parseTime: return try time(first, values)
        default: return try worded(function, first, values)
        }
    }

    private mutating func worded(
        _ function: FunctionName, _ first: String, _ values: [Datum?]
    ) throws(RuleFailure) -> Datum? {
        guard let second = try text(values[1]) else { return nil }
        switch function {
        case .startswith: return .bool(first.utf8.starts(with: second.utf8))
        case .endswith: return .bool(first.utf8.reversed().starts(with: second.utf8.reversed()))
        case .indexof: return try place(of: second, in: first)
        case .decode:
            guard second.lowercased() == "base64", let bytes = Base64.bytes(first) else { return .null }
            return (try? Datum(json: bytes)) ?? .text(String(decoding: bytes, as: UTF8.self))
        default:
            guard let third = try text(values[2]) else { return nil }
            return try replaced(first, second, by: third)
        }
    }

    /// Lists become one list; without one it is one text.
    private mutating func joined(_ values: [Datum?]) throws(RuleFailure) -> Datum? {
        if values.count < 2 { return values.first ?? nil }
        if values.contains(where: { $0?.list != nil }) {
            var list: [Datum] = []
            for value in values.compactMap(\.self) {
                let more = value.list ?? [value]
                try spend(more.count)
                list += more
            }
            return .list(list)
        }
        guard values.contains(where: { $0?.text != nil }) else { return nil }
        var whole = ""
        for value in values {
            guard let text = try text(value) else { return nil }
            whole += text
            try spend(bytes: whole.utf8.count)
        }
        return .text(whole)
    }

    private mutating func encoded(_ arguments: [Expression], _ scope: Datum?) throws(RuleFailure) -> Datum? {
        guard try value(arguments[1], in: scope)?.text?.lowercased() == "base64" else { return nil }
        // The message itself is bytes, whether it is JSON or not.
        if arguments[0] == .whole, queries == 0 {
            try spend(bytes: message.payload.count)
            return .text(Base64.text(message.payload))
        }
        guard let text = try text(try value(arguments[0], in: scope)) else { return nil }
        return .text(Base64.text(Array(text.utf8)))
    }

    private mutating func place(of part: String, in whole: String) throws(RuleFailure) -> Datum? {
        let (part, letters) = (Array(part), Array(whole))
        if part.isEmpty { return .whole(0) }
        guard part.count <= letters.count else { return .whole(-1) }
        for start in 0...(letters.count - part.count) {
            let isHere = letters[start...].starts(with: part)
            try spend(isHere || letters[start] != part[0] ? 0 : 1 + part.count / 16)
            if isHere { return .whole(start) }
        }
        return .whole(-1)
    }

    private mutating func replaced(
        _ whole: String, _ part: String, by new: String
    ) throws(RuleFailure) -> Datum? {
        let (bytes, part, new) = (Array(whole.utf8), Array(part.utf8), Array(new.utf8))
        if part.isEmpty { return .text(whole) }
        var result: [UInt8] = []
        var place = 0
        while place < bytes.count {
            if bytes[place] == part[0] {
                try spend(1 + part.count / 16)
                if bytes[place...].starts(with: part) {
                    result += new
                    try spend(bytes: new.count)
                    place += part.count
                    continue
                }
            }
            result.append(bytes[place])
            place += 1
        }
        try spend(bytes: result.count)
        return .text(String(decoding: result, as: UTF8.self))
    }

    private static func substring(_ text: String, _ bounds: [SQLNumber?]) -> Datum? {
        var places: [Int] = []
        for bound in bounds {
            guard let bound else { return nil }
            places.append(Int(min(max(bound.double.rounded(.towardZero), 0), Double(text.utf8.count))))
        }
        guard let start = places.first else { return nil }
        let end = places.count > 1 ? places[1] : Int.max
        return .text(start < end ? String(text.prefix(end).dropFirst(start)) : "")
    }

    private func padded(_ text: String, _ count: Datum?, isLeft: Bool) -> Datum? {
        guard let number = count?.sqlNumber else { return nil }
        let blanks = String(repeating: " ", count: Int(min(max(number.double.rounded(.down), 0), Double(Self.padMax))))
        return .text(isLeft ? blanks + text : text + blanks)
    }

    private mutating func time(_ pattern: String, _ values: [Datum?]) throws(RuleFailure) -> Datum? {
        let zone = values.count > 2 ? try text(values[2]) : "UTC"
        guard let at = values[1]?.sqlNumber?.truncated, let zone = zone.flatMap(TimeZoneOffset.init(parsing:)),
            let pattern = try? TimePattern(parsing: pattern)
        else { return nil }
        return pattern.text(Int64(at), zone).map(Datum.text)
    }

    private static func sha512(_ text: String) -> String {
        var digest = SHA512()
        let bytes = Array(text.utf8)
        unsafe bytes.withUnsafeBytes { unsafe digest.update($0) }
        return Hexadecimal.text(digest.finish())
    }
}

extension FunctionName {
    /// What takes a number and gives a decimal; imaginary results are undefined.
    fileprivate var ofOneDouble: ((Double) -> Datum?)? {
        let function: (Double) -> Double
        switch self {
        case .acos: function = Glibc.acos
        case .asin: function = Glibc.asin
        case .atan: function = Glibc.atan
        case .cos: function = Glibc.cos
        case .cosh: function = Glibc.cosh
        case .exp: function = Glibc.exp
        case .ln: function = Glibc.log
        case .log: function = Glibc.log10
        case .sin: function = Glibc.sin
        case .sinh: function = Glibc.sinh
        case .sqrt: function = { $0.squareRoot() }
        case .tan: function = Glibc.tan
        case .tanh: function = Glibc.tanh
        default: return nil
        }
        return { SQLNumber.decimal(function($0)).datum }
    }
}

extension String {
    fileprivate func trimmed(atStart: Bool, atEnd: Bool) -> String {
        var text = self[...]
        while atStart, text.first?.isWhitespace ?? false { text.removeFirst() }
        while atEnd, text.last?.isWhitespace ?? false { text.removeLast() }
        return String(text)
    }
}
