package import Core

/// An answer that goes on. Confined to its reactor's thread.
package final class OpenAnswer {
    private weak var connection: Connection?

    init(_ connection: Connection) { self.connection = connection }

    /// Says more; false when the listener cannot follow, and this piece is left out.
    @discardableResult
    package func send(_ write: (ByteBuffer) -> Void) -> Bool { connection?.sendMore(write) ?? false }

    package var isOpen: Bool { connection.map { $0.phase != .closed } ?? false }
}
