internal import Core

/// Takes the objects of a pattern apart, and multiplies `$or` out: only so do all fields of one
/// alternative, wherever they stand, ask about the same element of a list.
enum PatternReader {
    typealias Members = FieldPattern.Members

    private static let orKey = "$or"

    static func branches(of map: DatumMap, at place: PatternPlace) throws(PatternRefusal) -> [Members] {
        guard place.depth <= PatternLimit.depthMax else {
            throw PatternRefusal(pattern: "Nested deeper than \(PatternLimit.depthMax) levels", at: place)
        }
        guard !map.isEmpty else { throw PatternRefusal(pattern: "Empty objects are not allowed", at: place) }
        var factors: [[Members]] = []
        for (key, value) in map.members {
            factors.append(key == orKey ? try alternatives(value, at: place) : try member(key, value, at: place))
        }
        var branches: [Members] = [[]]
        // What has no alternatives first, so that it is put together once and not for every branch.
        for factor in factors.sorted(by: { $0.count < $1.count }) {
            branches = try FieldPattern.crossed(branches, factor, at: place)
        }
        return branches
    }

    private static func member(
        _ key: String, _ value: Datum, at place: PatternPlace
    ) throws(PatternRefusal) -> [Members] {
        if place.isInsideOr, Operator(rawValue: key) != nil {
            throw PatternRefusal(
                pattern: "\(key) is a reserved field name which cannot be used inside $or", at: place)
        }
        let inner = place.member(key)
        switch value {
        case .map(let map):
            return try branches(of: map, at: inner).map { [.init(key: key, pattern: .members($0))] }
        case .list(let list):
            do throws(MatchComplaint) {
                return [[.init(key: key, pattern: .leaf(try MatcherReader.matchers(list)))]]
            } catch { throw PatternRefusal(pattern: error.what, at: inner) }
        default:
            throw PatternRefusal(pattern: "\"\(key)\" must be an object or an array", at: inner)
        }
    }

    private static func alternatives(_ value: Datum, at place: PatternPlace) throws(PatternRefusal) -> [Members] {
        guard let list = value.list else {
            throw PatternRefusal(pattern: "It must be an Array followed with $or", at: place)
        }
        guard list.count >= 2 else {
            throw PatternRefusal(pattern: "There must have at least 2 Objects in $or relationship", at: place)
        }
        var all: [Members] = []
        for element in list {
            guard let map = element.map else {
                throw PatternRefusal(pattern: "Only JSON object is allowed in array of $or relationship", at: place)
            }
            all += try branches(of: map, at: place.alternative)
        }
        return all
    }
}
