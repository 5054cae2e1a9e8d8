internal import Core
internal import Glibc

/// A listening socket.
enum Listener {
    private static let backlog: Int32 = 512

    static func open(host: String, port: Int) throws(Fault) -> Int32 {
        var hints = unsafe addrinfo()
        unsafe hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let code = unsafe getaddrinfo(host, String(port), &hints, &found)
        guard code == 0, let found = unsafe found else {
            throw Fault(
                .invalid, "host \"\(host)\" is not an address of this machine", hint: "use 127.0.0.1, ::1 or 0.0.0.0")
        }
        defer { unsafe freeaddrinfo(found) }
        let address = unsafe found.pointee
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = unsafe socket(address.ai_family, kind, 0)
        guard descriptor >= 0 else { throw Fault.system("opening a socket") }
        var on: Int32 = 1
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        guard unsafe bind(descriptor, address.ai_addr, address.ai_addrlen) == 0, listen(descriptor, backlog) == 0 else {
            let reason = errno
            close(descriptor)
            throw Fault.system(
                "listening on \(host):\(port)", errno: reason,
                hint: reason == EADDRINUSE ? "another program has the port: choose one with --port, or 0 for any" : nil)
        }
        return descriptor
    }

    static func port(of descriptor: Int32) -> Int {
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return unsafe withUnsafeMutablePointer(to: &address) { storage in
            let plain = unsafe UnsafeMutableRawPointer(storage).assumingMemoryBound(to: sockaddr.self)
            guard unsafe getsockname(descriptor, plain, &length) == 0 else { return 0 }
            // Both families keep the port, big-endian, after the family.
            let bytes = UnsafeRawPointer(storage)
            return unsafe Int(bytes.load(fromByteOffset: 2, as: UInt8.self)) << 8
                | Int(bytes.load(fromByteOffset: 3, as: UInt8.self))
        }
    }
}
