internal import Core
internal import Glibc

/// Memory for a picture's pixels; it only grows, and what was in it is lost then.
@safe struct PixelMemory: ~Copyable {
    private var start: UnsafeMutablePointer<UInt8>?
    private var capacity = 0

    init() {}

    deinit { unsafe free(start) }

    mutating func reserve(_ count: Int) throws(Fault) -> UnsafeMutablePointer<UInt8> {
        if let start = unsafe start, count <= capacity { return unsafe start }
        unsafe free(start)
        unsafe start = unsafe malloc(count)?.assumingMemoryBound(to: UInt8.self)
        capacity = unsafe start == nil ? 0 : count
        guard let start = unsafe start else {
            throw Fault(.exhausted, "there is no memory for a picture of \(ByteSize(count))")
        }
        return unsafe start
    }
}
