/// What a drill found.
package struct CutReport: Sendable {
    /// One scenario's figures.
    package struct Row: Hashable, Sendable {
        package let scenario: String
        /// Steps that can be cut: writes, flushes, renames, removals, folders, starts.
        package var steps = 0
        package var kills = 0
        package var losses = 0
        /// The power went again in the recovery.
        package var secondLosses = 0
        package var refusals = 0

        package var cuts: Int { kills + losses + secondLosses + refusals }

        init(_ scenario: String) { self.scenario = scenario }
    }

    package struct Failure: Hashable, Sendable {
        package let point: CutPoint
        /// What the step was.
        package let step: String
        package let evidence: [String]
    }

    package internal(set) var rows: [Row] = []
    /// The first of them; `failed` counts all.
    package internal(set) var failures: [Failure] = []
    package internal(set) var failed = 0

    package var steps: Int { rows.reduce(0) { $0 + $1.steps } }
    package var cuts: Int { rows.reduce(0) { $0 + $1.cuts } }

    package init() {}

    /// Several drills in one report.
    package mutating func add(_ other: CutReport) {
        for row in other.rows { add(row) }
        failed += other.failed
        failures = Array((failures + other.failures).prefix(Self.failuresMax))
    }

    static let failuresMax = 20

    mutating func fail(_ point: CutPoint, _ step: String, _ evidence: [String]) {
        failed += 1
        if failures.count < Self.failuresMax { failures.append(Failure(point: point, step: step, evidence: evidence)) }
    }
}
