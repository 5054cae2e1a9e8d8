internal import Core
internal import EngineKeeping
internal import Images
internal import Link

/// Judging a frame beside the line: one call, one answer.
extension SeatedRelease {
    private static let turn = Span64.millisecond / 5

    /// Waits for the model's answer to one frame, `within` nanoseconds at most.
    func judge(_ frame: FrameView, bell: Int, within span: UInt64) throws(Fault) -> ModelAnswer {
        guard let slot = engine.caller.take(bell: bell) else { throw Fault(.exhausted, "the engine has no slot") }
        do throws(Fault) { try fill(slot, with: frame) } catch {
            engine.caller.putBack(slot)
            throw error
        }
        slot.deadline = Instant.now.advanced(by: span)
        guard engine.caller.submit(slot) else { throw Fault(.unavailable, "the engine takes no part") }
        let done = try wait(bell, until: slot.deadline.advanced(by: Span64.second))
        defer { engine.caller.putBack(done) }
        guard done.outcome == .completed, let answer = read(done) else {
            throw Fault(.model, "the model did not judge the frame: \(done.message)")
        }
        return answer
    }

    private func wait(_ bell: Int, until limit: Instant) throws(Fault) -> Slot {
        while Instant.now < limit, !engine.isDead {
            if let done = engine.caller.collect(bell: bell) { return done }
            Pause.nanoseconds(Self.turn)
        }
        throw Fault(.timeout, "the model did not answer")
    }
}
