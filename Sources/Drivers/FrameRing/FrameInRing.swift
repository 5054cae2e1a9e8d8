internal import CKernel
package import Core
internal import Glibc

/// A frame where the camera process put it. The writer does not wait: after about as many frames as the ring has cells, less
/// one, it is overwritten. So whatever is computed from the pixels counts only if the frame was still whole afterwards.
package struct FrameInRing: Sendable {
    /// The ring's own number, without gaps; a reader that sees one left out has missed a frame.
    package let number: UInt64
    package let facts: FrameFacts
    package let published: Instant
    let ring: FrameRing

    /// Whether nothing has been overwritten so far.
    package var isWhole: Bool { unsafe ls_ring_still_holds(ring.cell(number), number) }

    /// Lends the pixels in place, `facts.stride` bytes a row; nil when they were overwritten meanwhile and the result is worthless.
    package func withPixels<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result? {
        let pixels = unsafe UnsafeRawBufferPointer(start: ring.pixels(number), count: facts.byteCount)
        let result = unsafe try body(pixels)
        return isWhole ? result : nil
    }

    /// Copies the rows, close together, to `target`; false when there is no room or the frame was overwritten meanwhile.
    package func copy(to target: UnsafeMutableRawBufferPointer) -> Bool {
        let row = facts.rowBytes
        guard let start = target.baseAddress, target.count >= row * facts.height else { return false }
        let pixels = unsafe ring.pixels(number)
        if facts.stride == row {
            unsafe memcpy(start, pixels, row * facts.height)
        } else {
            for y in 0..<facts.height { unsafe memcpy(start + y * row, pixels + y * facts.stride, row) }
        }
        return isWhole
    }

    /// The rows, close together; nil when they were overwritten meanwhile.
    package func copy() -> [UInt8]? {
        var isGood = false
        let count = facts.rowBytes * facts.height
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            isGood = unsafe copy(to: UnsafeMutableRawBufferPointer(buffer))
            initialized = isGood ? count : 0
        }
        return isGood ? bytes : nil
    }
}
