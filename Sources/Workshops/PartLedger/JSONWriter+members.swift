internal import JSON

/// A member with its name, in one line; nil is written as null.
extension JSONWriter {
    mutating func member(_ name: String, _ value: String?) {
        key(name)
        if let value { string(value) } else { null() }
    }

    mutating func member(_ name: String, _ value: UInt64?) {
        key(name)
        if let value { uint(value) } else { null() }
    }

    /// The shortest text that reads back to the same bits, also by way of a double, as most readers go. Of all floats
    /// there is one (and its negative) whose shortest text does not: all were tried.
    mutating func exact(_ value: Float) {
        if value.magnitude.bitPattern == 0x15ae_43fd { double(Double(value)) } else { float(value) }
    }

    mutating func member(_ name: String, _ value: Int64) {
        key(name)
        int(Int(value))
    }
}
