internal import Core

/// Knows which frames are on disk, and which one goes first. Pure: it touches no file.
struct FrameShelf {
    struct Frame: Hashable {
        let name: FrameName
        let bytes: Int
    }

    // The oldest first.
    private var passed = Ring<Frame>(capacity: 1_024)
    private var others = Ring<Frame>(capacity: 1_024)
    private(set) var bytes = 0
    var count: Int { passed.count + others.count }

    init() {}

    /// What a folder holds, in any order.
    init(_ frames: [Frame]) {
        for frame in frames.sorted(by: { $0.name.entry < $1.name.entry }) { add(frame) }
    }

    mutating func add(_ frame: Frame) {
        bytes += frame.bytes
        if frame.name.verdict == .pass { passed.append(frame) } else { others.append(frame) }
    }

    /// The frame that is missed least: the oldest that passed, then the oldest of the others.
    mutating func takeLeast() -> Frame? {
        guard let frame = passed.popFirst() ?? others.popFirst() else { return nil }
        bytes -= frame.bytes
        return frame
    }

    /// What has to go so that `extra` bytes fit under the cap.
    mutating func evict(toFit extra: Int, under cap: Int) -> [Frame] {
        var leaving: [Frame] = []
        while bytes + extra > cap, let frame = takeLeast() { leaving.append(frame) }
        return leaving
    }
}
