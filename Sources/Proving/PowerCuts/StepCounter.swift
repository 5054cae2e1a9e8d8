package import Core

/// Counts what must not be torn apart: every change of the disk and every start of something. What happens at a step is the drill's business.
package final class StepCounter {
    package private(set) var passed = 0
    /// Counting is off while the scene is set.
    package var isArmed = false
    /// Before the step with this number (the first is 1): may end the process, or refuse the step.
    var before: (_ number: Int, _ what: () -> String) throws(Fault) -> Void = { _, _ in }

    package init() {}

    package func pass(_ what: @autoclosure () -> String) throws(Fault) {
        guard isArmed else { return }
        passed += 1
        try before(passed, what)
    }
}
