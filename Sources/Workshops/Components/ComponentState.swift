/// Where a component is in its life, in the words that deployments are reported with.
package enum ComponentState: String, Hashable, Sendable, CaseIterable {
    case new = "NEW"
    case installed = "INSTALLED"
    case starting = "STARTING"
    case running = "RUNNING"
    case stopping = "STOPPING"
    case finished = "FINISHED"
    case errored = "ERRORED"
    case broken = "BROKEN"
    case uninstalling = "UNINSTALLING"
    case uninstalled = "UNINSTALLED"

    /// Whoever depends on it may start.
    package var isReady: Bool { self == .running || self == .finished }

    /// Whoever depends on it must start again: it failed or is being started anew. One that is stopped or removed takes
    /// nobody with it.
    package var isLost: Bool {
        switch self {
        case .new, .installed, .starting, .errored, .broken: true
        case .running, .stopping, .finished, .uninstalling, .uninstalled: false
        }
    }

    /// A component's program may say so of itself, if it is in one of these.
    package func accepts(report: ComponentState) -> Bool {
        switch self {
        case .new: report == .errored
        case .starting: report == .running || report == .errored || report == .finished
        case .running, .stopping: report == .errored || report == .finished
        default: false
        }
    }
}
