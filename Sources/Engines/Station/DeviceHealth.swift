internal import Core
internal import Process
internal import Synchronization

/// The device's own health, looked at once a second beside the line.
///
/// Concurrency: a thread of its own looks; whoever asks gets what it saw last. It ends with its owner.
final class DeviceHealth: Sendable {
    struct Seen: Sendable {
        let isThrottled: Bool
        let clockOffset: UInt64?
    }

    private let seen = Mutex<Seen?>(nil)

    init() {
        Lane.start("device-health") { [weak self] in
            var throttled = MachineHealth.throttleCount
            while self != nil {
                let count = MachineHealth.throttleCount
                self?.seen.withLock {
                    $0 = Seen(isThrottled: count > throttled, clockOffset: MachineHealth.clockOffset)
                }
                throttled = count
                Pause.nanoseconds(Span64.second)
            }
        }
    }

    /// What was seen since the last time that somebody asked.
    var newest: Seen? {
        seen.withLock { seen in
            defer { seen = nil }
            return seen
        }
    }
}
