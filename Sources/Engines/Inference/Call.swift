package import Core
package import EngineKeeping
package import Link

/// How a call ended, told once on the reactor's thread.
package enum CallResult {
    /// The slot and what is in it are lent until the closure returns.
    case answered(Slot, EngineHandle)
    case failed(String)
    case expired
    case engineDied
    case refused(Fault)
}

/// One request on its way through an engine. Confined to its reactor's thread.
package final class Call {
    package let deadline: Instant
    private var tell: ((CallResult) -> Void)?
    package var slot: Slot?
    /// Whoever was answered gives the slot back himself.
    var keepsSlot = false

    package init(deadline: Instant, _ tell: @escaping (CallResult) -> Void) {
        self.deadline = deadline
        self.tell = tell
    }

    package var isOver: Bool { tell == nil }

    /// Nobody waits for it any more.
    func forget() { tell = nil }

    /// The first ending counts.
    package func end(_ result: CallResult) {
        let told = tell
        tell = nil
        told?(result)
    }
}
