package import Core
internal import Synchronization

/// The store as the writer and the sender share it: one at a time, and neither while it waits for a network.
///
/// Concurrency: the store is touched under the lock alone, and what leaves `run` is Sendable.
package final class SharedStore: @unchecked Sendable {
    private let lock = Mutex(())
    private var store: SpoolStore?

    package init(_ store: sending SpoolStore) { self.store = store }

    /// Throws once the store is closed.
    package func run<Value: Sendable>(_ body: (SpoolStore) throws(Fault) -> Value) throws(Fault) -> Value {
        let outcome = lock.withLock { _ in
            Result { () throws(Fault) in
                guard let store else { throw Fault(.unavailable, "the spool is closed") }
                return try body(store)
            }
        }
        return try outcome.get()
    }

    package func close() { lock.withLock { _ in store = nil } }
}
