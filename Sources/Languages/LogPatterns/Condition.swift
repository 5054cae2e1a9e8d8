/// Tests that are joined by `&&` and `||`, of which the first binds closer.
package indirect enum Condition<Test: Hashable & Sendable>: Hashable, Sendable {
    case test(Test)
    case both(Condition, Condition)
    case either(Condition, Condition)

    func holds(_ passes: (Test) -> Bool) -> Bool {
        switch self {
        case .test(let test): passes(test)
        case .both(let left, let right): left.holds(passes) && right.holds(passes)
        case .either(let left, let right): left.holds(passes) || right.holds(passes)
        }
    }
}
