internal import CKernel
package import Core
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

    /// What this machine calls itself.
    package static var machineName: String? {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { text in
            guard let start = text.baseAddress, unsafe gethostname(start, 255) == 0 else { return nil }
            unsafe text[255] = 0
            return unsafe String(cString: start)
        }
    }

    package static var ownResidentBytes: Int { residentBytes(of: getpid()) ?? 0 }

    /// The file that this process runs, to start more of it.
    package static func executablePath() throws(Fault) -> String {
        let path = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { bytes -> String? in
            guard let start = bytes.baseAddress else { return nil }
            let count = unsafe readlink("/proc/self/exe", start, bytes.count)
            return unsafe count > 0
                ? String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self) : nil
        }
        guard let path else { throw Fault.system("reading /proc/self/exe") }
        return path
    }

    /// Whether a process runs; one that has ended and that nobody has collected does not.
    package static func isAlive(_ pid: Int32) -> Bool {
        guard let text = readSmall("/proc/\(pid)/stat"), let name = text.lastIndex(of: ")") else { return false }
        return text[text.index(after: name)...].first { !$0.isWhitespace } != "Z"
    }

    package static var ownPid: Int32 { getpid() }

    /// Names, in a child's environment, the process that it must not outlive.
    package static let parentVariable = "LINESIDE_PARENT"

    /// What a process gives to one that must not outlive it, when it may not outlive somebody itself.
    package static var bequest: [String: String] {
        unsafe getenv(parentVariable) == nil ? [:] : [parentVariable: "\(ownPid)"]
    }

    /// Ends this process when the one that started it ends, if that one asked for it. The kernel sees to it.
    package static func endWithParent() {
        guard let text = unsafe getenv(parentVariable), let parent = unsafe Int32(String(cString: text)) else { return }
        ls_end_with_parent()
        // It may have gone before we asked.
        if getppid() != parent { exit(0) }
    }

    /// What the first processor calls itself.
    package static var processorName: String { processorFact("model name") ?? "unknown" }

    /// The instructions that decide which of a runtime's kernels compute.
    package static var processorFeatures: String {
        let known = ["sse4_2", "avx", "fma", "avx2", "avx512f", "avx512_vnni", "avx_vnni", "amx_int8", "asimd", "sve"]
        let all = Set(
            (processorFact("flags") ?? processorFact("Features") ?? "").split(separator: " ").map(String.init))
        return known.filter { all.contains($0) }.joined(separator: " ")
    }

    private static func processorFact(_ name: String) -> String? {
        guard let text = readSmall("/proc/cpuinfo", bytes: 8192) else { return nil }
        for line in text.split(separator: "\n") where line.hasPrefix(name) {
            guard let colon = line.firstIndex(of: ":") else { continue }
            return String(line[line.index(after: colon)...].drop(while: \.isWhitespace))
        }
        return nil
    }

    package static var processorCount: Int {
        Int(ls_processor_count())
    }

    /// Lets this process have as many open files as it may: a thousand connections and their engines need more than most
    /// shells give.
    package static func raiseFileLimit() {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// Makes and maps that much shared memory without touching it, to see whether the machine allows it.
    package static func tryToShare(bytes: Int) throws(Fault) {
        let descriptor = unsafe ls_memfd("lineside-try", UInt64(bytes))
        guard descriptor >= 0 else { throw Fault.system("making \(ByteSize(bytes)) of shared memory") }
        defer { close(descriptor) }
        let start = unsafe mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, descriptor, 0)
        guard let start = unsafe start, unsafe start != MAP_FAILED else {
            throw Fault.system("mapping \(ByteSize(bytes)) of shared memory")
        }
        unsafe munmap(start, bytes)
    }

    /// Whether nobody listens on a loopback port.
    package static func portIsFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var on: Int32 = 1
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return unsafe withUnsafePointer(to: &address) { place in
            let plain = unsafe UnsafeRawPointer(place).assumingMemoryBound(to: sockaddr.self)
            return unsafe bind(descriptor, plain, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }

    static func readSmall(_ path: String, bytes: Int = 512) -> String? {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        return unsafe withUnsafeTemporaryAllocation(byteCount: bytes, alignment: 1) { bytes in
            let count = unsafe read(file, bytes.baseAddress, bytes.count)
            return unsafe count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
        }
    }
}
