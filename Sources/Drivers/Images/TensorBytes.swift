/// A tensor as files and hashes hold it.
package enum TensorBytes {
    package static func littleEndian(_ tensor: [Float]) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: tensor.count * 4) { buffer, count in
            for place in tensor.indices {
                unsafe UnsafeMutableRawBufferPointer(buffer).storeBytes(
                    of: tensor[place].bitPattern.littleEndian, toByteOffset: place * 4, as: UInt32.self)
            }
            count = tensor.count * 4
        }
    }
}
