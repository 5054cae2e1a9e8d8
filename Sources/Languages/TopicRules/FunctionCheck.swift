internal import Core

/// What is wrong with a call can be seen before any message where it is written out.
enum FunctionCheck {
    /// Why a call can never give anything; nil when it can.
    static func complaint(of function: FunctionName, _ arguments: [Expression]) -> String? {
        switch function {
        case .encode, .decode:
            guard let scheme = literal(arguments, 1), scheme.lowercased() != "base64" else { return nil }
            return "\(function.rawValue)() knows 'base64' alone, not '\(scheme.prefix(40))'"
        case .parseTime:
            if let pattern = literal(arguments, 0) {
                do throws(SQLRefusal) { _ = try TimePattern(parsing: pattern) } catch { return error.reason }
            }
            guard let zone = literal(arguments, 2), TimeZoneOffset(parsing: zone) == nil else { return nil }
            return "the time zone '\(zone.prefix(40))' is not known here: UTC and offsets such as +02:00 are"
        case .transform:
            guard let mode = literal(arguments, 0), mode != "enrichArray" else { return nil }
            return "transform() knows 'enrichArray' alone, not '\(mode.prefix(40))'"
        default: return nil
        }
    }

    private static func literal(_ arguments: [Expression], _ place: Int) -> String? {
        guard place < arguments.count, case .literal(.text(let text)) = arguments[place] else { return nil }
        return text
    }
}
