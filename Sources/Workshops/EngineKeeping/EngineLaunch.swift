internal import Synchronization

/// An engine on its way: whoever started it may call it off until it is ready.
package final class EngineLaunch: Sendable {
    private struct State { var line: EngineLine?; var isCalledOff = false; var isOver = false }
    private let state = Mutex(State())

    package init() {}

    /// The engine is told to end; its `ready` hears of a failure.
    package func callOff() {
        let line = state.withLock { state in
            state.isCalledOff = true
            return state.line
        }
        line?.hangUp()
    }

    /// From now on there is somebody to tell.
    func begin(_ line: EngineLine) {
        let isLate = state.withLock { state in
            state.line = line
            return state.isCalledOff
        }
        if isLate { line.hangUp() }
    }

    /// It loaded, or did not: what happens to it now is its handle's affair.
    func end() {
        state.withLock { state in
            state.line = nil
            state.isOver = true
        }
    }

    package var isOver: Bool { state.withLock { $0.isOver } }
}
