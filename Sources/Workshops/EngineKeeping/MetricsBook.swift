internal import Synchronization

/// All figures of a process. Series are bounded: three versions of a model, and so many models, besides those that an
/// engine counts into at the moment.
package final class MetricsBook: Sendable {
    package static let versionsMax = 3
    package static let modelsMax = 256

    package let reloads = Counter()
    package let failedReloads = Counter()
    package let engineRestarts = Counter()
    /// In order of last use, oldest first.
    private let list = Mutex<[ModelSeries]>([])

    package init() {}

    /// The series of a version, if it has one: looking changes nothing.
    package func known(model: String, version: String) -> ModelSeries? {
        list.withLock { $0.first { $0.model == model && $0.version == version } }
    }

    /// The series of a version, made on its first use; the oldest of too many goes.
    package func series(model: String, version: String) -> ModelSeries {
        list.withLock { list in
            if let place = list.firstIndex(where: { $0.model == model && $0.version == version }) {
                let known = list.remove(at: place)
                list.append(known)
                return known
            }
            if list.count(where: { $0.model == model }) >= Self.versionsMax {
                Self.forgetOldest(of: &list) { $0.model == model }
            }
            if list.count >= Self.modelsMax * Self.versionsMax { Self.forgetOldest(of: &list) { _ in true } }
            let fresh = ModelSeries(model: model, version: version)
            list.append(fresh)
            return fresh
        }
    }

    private static func forgetOldest(of list: inout [ModelSeries], where isMeant: (ModelSeries) -> Bool) {
        guard let oldest = list.firstIndex(where: { isMeant($0) && !$0.isHeld }) else { return }
        list.remove(at: oldest)
    }

    /// The series of a model that was used last.
    package func latest(of model: String) -> ModelSeries? { list.withLock { $0.last { $0.model == model } } }

    package var all: [ModelSeries] { list.withLock { $0 } }
}
