internal import CRuntime
internal import Core

/// A sequence of maps {class: probability}, which converters make of a classifier's second output, read as one table
/// with a row a map and a column a class, in the order of the classes.
@safe struct MapTable {
    let library: RuntimeLibrary
    let allocator: UnsafeMutablePointer<OrtAllocator>

    func read(_ sequence: OpaquePointer, port: Int) throws(Fault) -> RunOutput {
        var rows = 0
        unsafe try library.check(ort_value_count(library.api, sequence, &rows))
        var table: [Float] = []
        var columns = 0
        for row in 0..<rows {
            let map = unsafe try part(row, of: sequence)
            defer { unsafe ort_release_value(library.api, map) }
            let values = unsafe try part(1, of: map)
            defer { unsafe ort_release_value(library.api, values) }
            let output = unsafe try RunOutput(values, port: port, library: library)
            guard output.type == .float32, row == 0 || output.elementCount == columns else {
                throw Fault(.model, "output \(port) is not a sequence of maps to float32 of one size")
            }
            columns = output.elementCount
            let place = table.count
            table.append(contentsOf: repeatElement(0, count: columns))
            let copied = unsafe table.withUnsafeMutableBytes { bytes in
                Result { () throws(Fault) in
                    if let start = bytes.baseAddress {
                        unsafe try output.copy(to: start + place * 4, count: columns * 4)
                    }
                }
            }
            try copied.get()
        }
        return RunOutput(table: table, shape: [Int64(rows), Int64(columns)], port: port, library: library)
    }

    private func part(_ place: Int, of value: OpaquePointer) throws(Fault) -> OpaquePointer {
        var part: OpaquePointer?
        unsafe try library.check(ort_value_at(library.api, value, Int32(place), allocator, &part))
        guard let part = unsafe part else { throw Fault(.model, "a map has no values") }
        return unsafe part
    }
}
