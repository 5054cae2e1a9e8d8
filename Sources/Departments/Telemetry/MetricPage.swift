internal import AWSProtocol
internal import Core

/// A part of what queries came to: so many points at most, in the order of their times, and a token for the rest.
struct MetricPage {
    static let pointsMax = 100_800

    /// A point, by its time, its query, and the line of that: in this order they are told.
    struct Point: Sendable {
        let at: Int64
        let query: Int
        let line: Int
        let value: Double
    }

    /// The points of each query.
    let queries: [[Point]]
    /// Those of which there is more.
    let unfinished: Set<Int>
    /// Nil at the end.
    let token: String?

    /// `lines`: of each query.
    init(_ lines: [[MetricQuery.Line]], isUp: Bool, max: Int, after token: String?) throws(ServiceProblem) {
        let place = try token.map { token throws(ServiceProblem) in try Self.place(token) }
        let points = lines.enumerated().flatMap { query, lines in
            lines.enumerated().flatMap { number, line in
                line.map { Point(at: $0.key, query: query, line: number, value: $0.value) }
            }
        }
        .filter { point in place.map { Self.isBefore($0, point, isUp) } ?? true }
        .sorted { Self.isBefore($0, $1, isUp) }
        let part = points.prefix(max)
        var queries: [[Point]] = Array(repeating: [], count: lines.count)
        for point in part { queries[point.query].append(point) }
        self.queries = queries
        unfinished = Set(points.dropFirst(max).map(\.query))
        self.token = points.count > max ? part.last.map { "\($0.at)/\($0.query)/\($0.line)" }.map(Paging.token) : nil
    }

    private static func isBefore(_ left: Point, _ right: Point, _ isUp: Bool) -> Bool {
        if left.at != right.at { return (left.at < right.at) == isUp }
        return (left.query, left.line) < (right.query, right.line)
    }

    private static func place(_ token: String) throws(ServiceProblem) -> Point {
        let parts = try Paging.key(in: token, AlarmOperations.badToken).split(separator: "/")
        guard parts.count == 3, let at = Int64(parts[0]), let query = Int(parts[1]), let line = Int(parts[2]) else {
            throw ServiceProblem(AlarmOperations.badToken, "The specified token is not valid.")
        }
        return Point(at: at, query: query, line: line, value: 0)
    }
}
