internal import CJSON

/// An array of numbers as the reader left it: eight bytes each, all of one kind.
@safe package struct PackedNumbers {
    let base: UnsafePointer<UInt64>
    package let count: Int
    let pool: ls_pool_kind

    package func double(_ place: Int) -> Double {
        switch pool {
        case LS_POOL_INT: unsafe Double(Int64(bitPattern: base[place]))
        case LS_POOL_UINT: unsafe Double(base[place])
        default: unsafe Double(bitPattern: base[place])
        }
    }

    /// The whole number at `place`; nil for a fraction or one past 64 bits.
    package func int(_ place: Int) -> Int? {
        switch pool {
        case LS_POOL_INT: unsafe Int(Int64(bitPattern: base[place]))
        case LS_POOL_UINT: unsafe Int(exactly: base[place])
        default: unsafe Int(exactly: Double(bitPattern: base[place]))
        }
    }

    package func uint(_ place: Int) -> UInt64? {
        switch pool {
        case LS_POOL_INT: unsafe UInt64(exactly: Int64(bitPattern: base[place]))
        case LS_POOL_UINT: unsafe base[place]
        default: unsafe UInt64(exactly: Double(bitPattern: base[place]))
        }
    }

    /// Narrows everything to float32 in place of `out` and says the range; a NaN anywhere makes both ends NaN.
    package func narrow(to out: UnsafeMutablePointer<Float>) -> (least: Float, greatest: Float) {
        var least: Float = 0
        var greatest: Float = 0
        unsafe ls_numbers_to_f32(base, pool.rawValue, count, out, &least, &greatest)
        return (least, greatest)
    }
}

/// The least and greatest of raw float32 values; NaN when any is.
package func rangeOfFloats(_ values: UnsafePointer<Float>, count: Int) -> (least: Float, greatest: Float) {
    var least: Float = 0
    var greatest: Float = 0
    unsafe ls_range_f32(values, count, &least, &greatest)
    return (least, greatest)
}

/// IEEE half precision as bits, because Swift's Float16 is not available on every Linux processor.
package enum Half {
    package static func bits(_ value: Float) -> UInt16 { ls_half_from_float(value) }
    package static func float(_ bits: UInt16) -> Float { ls_float_from_half(bits) }
}
