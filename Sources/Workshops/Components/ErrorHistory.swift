internal import Core

/// The three-errors rule: how often a component failed lately, by the state that it failed in.
struct ErrorHistory: Hashable, Sendable {
    static let window = 3_600 * Span64.second
    static let errorsMax = 3

    private var moments: [ComponentState: [Instant]] = [:]

    /// Notes an error; true when it is one too many.
    mutating func note(in state: ComponentState, at now: Instant) -> Bool {
        forget(before: now)
        moments[state, default: []].append(now)
        return (moments[state]?.count ?? 0) >= Self.errorsMax
    }

    /// Whether nothing failed within the window.
    mutating func isClean(at now: Instant) -> Bool {
        forget(before: now)
        return moments.isEmpty
    }

    private mutating func forget(before now: Instant) {
        for (state, list) in moments {
            let recent = list.filter { now.since($0) < Self.window }
            moments[state] = recent.isEmpty ? nil : recent
        }
    }
}
