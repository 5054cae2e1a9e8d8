/// The functions that statements may call, by their names in small letters.
/// <https://docs.aws.amazon.com/iot/latest/developerguide/iot-sql-functions.html>
enum FunctionName: String, Hashable, Sendable, CaseIterable {
    case abs, acos, asin, atan, atan2, ceil, cos, cosh, exp, floor, ln, log, mod, power, rand, remainder, round, sign,
        sin
    case sinh, sqrt, tan, tanh, trunc, bitand, bitor, bitxor, bitnot
    case chr, concat, decode, encode, endswith, indexof, length, lower, lpad, ltrim, md5, numbytes, replace, rpad, rtrim
    case sha256, sha512, startswith, substring, trim, upper
    case get, getOrDefault = "get_or_default", isNull = "isnull", isUndefined = "isundefined", nanvl, nvl, transform
    case accountID = "accountid", clientID = "clientid", newUUID = "newuuid", parseTime = "parse_time", principal
    case sqlVersion = "sql_version", timestamp, topic, traceID = "traceid"

    /// How many arguments it takes.
    var counts: ClosedRange<Int> {
        switch self {
        case .rand, .accountID, .clientID, .newUUID, .principal, .sqlVersion, .timestamp, .traceID: 0...0
        case .topic: 0...1
        case .atan2, .mod, .power, .remainder, .trunc, .bitand, .bitor, .bitxor, .decode, .encode, .endswith, .indexof,
            .lpad, .rpad, .startswith, .get, .getOrDefault, .nanvl, .nvl:
            2...2
        case .substring, .parseTime: 2...3
        case .replace, .transform: 3...3
        case .concat: 0...100
        default: 1...1
        }
    }

    /// AWS's functions that are not here, for they ask services or devices that are not, or could be made to take for
    /// ever.
    static let absent: Set<String> = [
        "aws_lambda", "get_dynamodb", "get_mqtt_property", "get_registry_data", "get_secret", "get_thing_shadow",
        "get_user_properties", "machinelearning_predict", "md2", "regexp_matches", "regexp_replace", "regexp_substr",
        "sha1", "sha224", "sha384", "sourceip", "time_to_epoch",
    ]
}
