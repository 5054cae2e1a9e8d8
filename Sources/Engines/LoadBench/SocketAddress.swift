internal import Glibc

/// A resolved address, kept as the bytes that `connect` wants.
struct SocketAddress {
    let family: Int32
    let bytes: [UInt8]

    /// Every address of `host`, in the order in which the resolver prefers them. Blocks, once, before a run.
    static func resolve(_ target: BenchTarget) throws(BenchError) -> [SocketAddress] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_family = AF_UNSPEC
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = AI_NUMERICSERV
        var first: UnsafeMutablePointer<addrinfo>?
        let failure = unsafe getaddrinfo(target.host, "\(target.port)", &hints, &first)
        guard failure == 0 else {
            let reason = unsafe String(cString: gai_strerror(failure))
            throw BenchError(.unreachable, "the host \(target.host) is unknown: \(reason)")
        }
        defer { unsafe freeaddrinfo(first) }
        var addresses: [SocketAddress] = []
        var next = unsafe first
        while let entry = unsafe next?.pointee {
            if let address = unsafe entry.ai_addr {
                let bytes = unsafe UnsafeRawBufferPointer(start: address, count: Int(entry.ai_addrlen))
                unsafe addresses.append(SocketAddress(family: entry.ai_family, bytes: Array(bytes)))
            }
            unsafe next = entry.ai_next
        }
        return addresses
    }
}
