internal import Synchronization

/// The figures of one version of a model. They outlive its engines, so that a reload loses no count.
package final class ModelSeries: Sendable {
    package enum Stage: String, CaseIterable, Sendable { case read, parse, queue, run, write }
    package enum Verdict: String, CaseIterable, Sendable { case ok, defective, timeout, error }

    package let model: String
    package let version: String
    private let stages = Stage.allCases.map { _ in Histogram() }
    private let verdicts = Verdict.allCases.map { _ in Counter() }
    package let requests = Counter()
    package let runs = Counter()
    /// Milliseconds of the epoch; 0 before the first answer.
    package let lastAnswer = Counter()
    /// How many engines count into it.
    private let engines = Mutex(0)

    package init(model: String, version: String) {
        self.model = model
        self.version = version
    }

    /// Whether an engine counts into it: then it is not forgotten, however long ago it was asked for.
    package var isHeld: Bool { engines.withLock { $0 > 0 } }
    func hold() { engines.withLock { $0 += 1 } }
    func letGo() { engines.withLock { $0 -= 1 } }

    package func add(_ nanoseconds: UInt64, to stage: Stage) { histogram(stage).add(nanoseconds) }
    package func count(_ verdict: Verdict) { counter(verdict).add() }

    package func histogram(_ stage: Stage) -> Histogram {
        switch stage {
        case .read: stages[0]
        case .parse: stages[1]
        case .queue: stages[2]
        case .run: stages[3]
        case .write: stages[4]
        }
    }

    package func counter(_ verdict: Verdict) -> Counter {
        switch verdict {
        case .ok: verdicts[0]
        case .defective: verdicts[1]
        case .timeout: verdicts[2]
        case .error: verdicts[3]
        }
    }
}
