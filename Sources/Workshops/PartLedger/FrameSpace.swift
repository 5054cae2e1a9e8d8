/// Room for one frame among those that wait: whoever has it may put the frame there without being refused.
///
/// Noncopyable, so that the room is used or given back, exactly once.
package struct FrameSpace: ~Copyable {
    private let keeper: FrameKeeper
    let bytes: Int

    init(_ keeper: FrameKeeper, bytes: Int) {
        self.keeper = keeper
        self.bytes = bytes
    }

    deinit { keeper.giveBack(bytes) }
}
