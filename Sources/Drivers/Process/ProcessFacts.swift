package import Core
internal import CKernel
internal import Glibc

/// What the kernel says of a running process.
package enum ProcessFacts {
    /// Resident bytes of a process; nil when it is gone.
    package static func residentBytes(of pid: Int32) -> Int? {
        guard let text = readSmall("/proc/\(pid)/statm") else { return nil }
        let fields = text.split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else { return nil }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    package static var ownResidentBytes: Int { residentBytes(of: getpid()) ?? 0 }

    /// The file that this process runs, to start more of it.
    package static func executablePath() throws(Fault) -> String {
        let path = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { bytes -> String? in
            guard let start = bytes.baseAddress else { return nil }
            let count = unsafe readlink("/proc/self/exe", start, bytes.count)
            return unsafe count > 0 ? String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self) : nil
        }
        guard let path else { throw Fault.system("reading /proc/self/exe") }
        return path
    }

    package static var processorCount: Int {
        Int(ls_processor_count())
    }

    private static func readSmall(_ path: String) -> String? {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        return unsafe withUnsafeTemporaryAllocation(byteCount: 512, alignment: 1) { bytes in
            let count = unsafe read(file, bytes.baseAddress, bytes.count)
            return unsafe count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
        }
    }
}
