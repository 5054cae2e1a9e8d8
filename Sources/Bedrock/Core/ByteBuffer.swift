internal import Glibc

/// Growable raw memory that is written at the end and read as a whole. Confined to whoever owns it; reused, not copied.
@safe package final class ByteBuffer: @unchecked Sendable {
    package private(set) var base: UnsafeMutableRawPointer
    package private(set) var count = 0
    private var capacity: Int
    /// Readable bytes that always follow the contents: what the JSON reader asks for.
    package static let padding = 64

    package init(capacity: Int = 4096) {
        self.capacity = capacity
        unsafe base = unsafe Self.allocate(capacity + Self.padding)
    }

    deinit { unsafe free(base) }

    private static func allocate(_ bytes: Int) -> UnsafeMutableRawPointer {
        guard let memory = unsafe malloc(bytes) else { fatalError("out of memory for a buffer of \(bytes) bytes") }
        return unsafe memory
    }

    package var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(start: base, count: count) }

    package func removeAll() { count = 0 }

    /// Gives memory back when one unusual message made the buffer large.
    package func shrink(to limit: Int) {
        guard capacity > limit else { return }
        unsafe free(base)
        capacity = limit
        count = 0
        unsafe base = unsafe Self.allocate(capacity + Self.padding)
    }

    /// Makes room for `extra` bytes and returns where they go; `commit` says how many came.
    package func reserve(_ extra: Int) -> UnsafeMutableRawPointer {
        if count + extra > capacity { grow(to: count + extra) }
        return unsafe base + count
    }

    package func truncate(to count: Int) { self.count = Swift.min(count, self.count) }

    /// Forgets the first bytes and moves the rest to the front.
    package func removeFirst(_ bytes: Int) {
        let rest = Swift.max(0, count - bytes)
        if rest > 0 && bytes > 0 { unsafe memmove(base, base + bytes, rest) }
        count = rest
    }

    package func commit(_ extra: Int) { count += extra }

    private func grow(to needed: Int) {
        capacity = Swift.max(needed, capacity * 2)
        guard let memory = unsafe realloc(base, capacity + Self.padding) else {
            fatalError("out of memory for a buffer of \(capacity) bytes")
        }
        unsafe base = unsafe memory
    }

    package func append(_ source: UnsafeRawBufferPointer) {
        guard let start = source.baseAddress, source.count > 0 else { return }
        unsafe memcpy(reserve(source.count), start, source.count)
        count += source.count
    }

    package func append(_ byte: UInt8) {
        unsafe reserve(1).storeBytes(of: byte, as: UInt8.self)
        count += 1
    }

    package func append(_ text: StaticString) {
        unsafe append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    package func append(_ text: String) {
        var text = text
        text.withUTF8 { unsafe append(UnsafeRawBufferPointer($0)) }
    }

    package func append(decimal value: Int) {
        if value < 0 { append(UInt8(ascii: "-")) }
        append(decimal: value.magnitude)
    }

    package func append(decimal value: UInt) {
        var length = 1
        var rest = value / 10
        while rest > 0 { length += 1; rest /= 10 }
        let target = unsafe reserve(length)
        rest = value
        for place in stride(from: length - 1, through: 0, by: -1) {
            unsafe target.storeBytes(of: UInt8(truncatingIfNeeded: 48 + rest % 10), toByteOffset: place, as: UInt8.self)
            rest /= 10
        }
        count += length
    }

    /// The contents as text, for messages and tests.
    package var text: String { unsafe String(decoding: bytes, as: UTF8.self) }
}
