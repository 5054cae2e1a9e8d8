internal import Synchronization

/// Whether somebody has asked for the end.
final class Closing: Sendable {
    private let asked = Atomic<Bool>(false)
    var isAsked: Bool { asked.load(ordering: .acquiring) }
    func ask() { asked.store(true, ordering: .releasing) }
}
