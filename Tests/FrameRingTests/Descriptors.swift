import CKernel
import Core
import Glibc

enum Descriptors {
    static func duplicate(_ descriptor: Int32) -> Int32 { fcntl(descriptor, F_DUPFD_CLOEXEC, 3) }

    static func memory(bytes: UInt64) throws -> Int32 {
        let descriptor = unsafe ls_memfd("test", bytes)
        guard descriptor >= 0 else { throw Fault.system("making memory") }
        return descriptor
    }
}
