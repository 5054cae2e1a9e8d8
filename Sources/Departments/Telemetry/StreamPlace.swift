internal import Core

/// A place between two events, and the way on from there: `f/TIME/NUMBER`.
struct StreamPlace: CustomStringConvertible {
    let isForward: Bool
    let at: Int64
    let number: Int64

    init(isForward: Bool, at: Int64, number: Int64) {
        self.isForward = isForward
        self.at = at
        self.number = number
    }

    init(parsing token: String) throws(ServiceProblem) {
        let parts = token.split(separator: "/")
        guard parts.count == 3, parts[0] == "f" || parts[0] == "b", let at = Int64(parts[1]),
            let number = Int64(parts[2])
        else { throw LogsDesk.invalid("The specified nextToken is invalid.") }
        self.init(isForward: parts[0] == "f", at: at, number: number)
    }

    /// Before all events, or behind them.
    init(startingForward isForward: Bool) { self.init(isForward: isForward, at: isForward ? .min : .max, number: 0) }

    /// What of a query's events lies on the way: ?2 is the time, ?3 the number.
    var side: String { isForward ? "(at > ?2 OR at = ?2 AND n > ?3)" : "(at < ?2 OR at = ?2 AND n < ?3)" }
    var order: String { isForward ? "at, n" : "at DESC, n DESC" }

    func turned(forward: Bool) -> StreamPlace { StreamPlace(isForward: forward, at: at, number: number) }

    var description: String { "\(isForward ? "f" : "b")/\(at)/\(number)" }
}
