package import Core

/// Strings as Triton sends them in binary: each with its length in four little-endian bytes before it.
package enum StringBytes {
    /// Refuses bytes that are not exactly `count` strings.
    package static func check(_ bytes: UnsafeRawBufferPointer, count: Int, name: String) throws(Fault) {
        var place = 0
        var found = 0
        while place < bytes.count {
            guard place + 4 <= bytes.count else { throw broken(name, place) }
            let length = unsafe Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)))
            guard length <= bytes.count - place - 4 else { throw broken(name, place) }
            place += 4 + length
            found += 1
        }
        guard found == count else {
            throw Fault(.invalid, "input '\(name)' has \(found) strings, and its shape needs \(count)")
        }
    }

    private static func broken(_ name: String, _ place: Int) -> Fault {
        Fault(.invalid, "the strings of input '\(name)' are cut short at byte \(place)")
    }
}
