/// A member with its name, in one line; nil is written as null.
extension JSONWriter {
    package mutating func member(_ name: String, _ value: String?) {
        key(name)
        if let value { string(value) } else { null() }
    }

    package mutating func member(_ name: String, _ value: Bool) {
        key(name)
        bool(value)
    }

    package mutating func member(_ name: String, _ value: Int) {
        key(name)
        int(value)
    }

    package mutating func member(_ name: String, _ value: Int64) {
        key(name)
        int(Int(value))
    }

    package mutating func member(_ name: String, _ value: UInt64?) {
        key(name)
        if let value { uint(value) } else { null() }
    }

    package mutating func member(_ name: String, _ value: Double?) {
        key(name)
        if let value { double(value) } else { null() }
    }

    package mutating func member(_ name: String, _ value: Float?) {
        key(name)
        if let value { float(value) } else { null() }
    }
}
