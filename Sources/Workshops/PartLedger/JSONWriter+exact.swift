internal import JSON

extension JSONWriter {
    /// The shortest text that reads back to the same bits, also by way of a double, as most readers go. Of all floats
    /// there is one (and its negative) whose shortest text does not: all were tried.
    mutating func exact(_ value: Float) {
        if value.magnitude.bitPattern == 0x15ae_43fd { double(Double(value)) } else { float(value) }
    }
}
