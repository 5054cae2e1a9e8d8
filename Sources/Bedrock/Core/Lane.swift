internal import CKernel
internal import Glibc

/// A thread of our own for work that waits: named, so that `top -H` tells what it is.
package enum Lane {
    private final class Work: Sendable {
        let name: String
        let body: @Sendable () -> Void
        init(_ name: String, _ body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    /// Starts a detached thread that ends when `body` returns.
    package static func start(_ name: String, stackBytes: Int = 512 << 10, _ body: @escaping @Sendable () -> Void) {
        let work = unsafe Unmanaged.passRetained(Work(String(name.prefix(15)), body))
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        unsafe pthread_attr_setstacksize(&attributes, stackBytes)
        defer { unsafe pthread_attr_destroy(&attributes) }
        var thread = pthread_t()
        let code = unsafe pthread_create(&thread, &attributes, run, work.toOpaque())
        precondition(code == 0, "the kernel gives no more threads (error \(code))")
    }

    private static let run: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { context in
        guard let context = unsafe context else { return nil }
        let work = unsafe Unmanaged<Work>.fromOpaque(context).takeRetainedValue()
        unsafe ls_name_thread(work.name)
        work.body()
        return nil
    }
}
