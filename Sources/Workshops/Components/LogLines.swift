internal import Core

/// Cuts what a stream brings into lines and says in front of each where it comes from.
package struct LogLines: Sendable {
    /// A longer line is divided.
    package static let lineBytesMax = 16 << 10
    private static let newline = UInt8(ascii: "\n")

    private let label: [UInt8]
    private let isPrefixed: Bool
    private var rest: [UInt8] = []

    /// `label`: step and stream, as they stand in the log.
    package init(label: String, isPrefixed: Bool) {
        self.label = Array(" \(label) ".utf8)
        self.isPrefixed = isPrefixed
    }

    /// The whole lines that are there now.
    package mutating func take(_ bytes: [UInt8], milliseconds: UInt64) -> [UInt8] {
        guard isPrefixed else { return bytes }
        let time = Self.time(milliseconds)
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count + bytes.count / 4)
        var start = 0
        for place in bytes.indices {
            let length = place - start + rest.count
            guard bytes[place] == Self.newline || length >= Self.lineBytesMax else { continue }
            let end = bytes[place] == Self.newline ? place : place + 1
            write(bytes[start..<end], time, &text)
            start = place + 1
        }
        rest += bytes[start...]
        return text
    }

    /// What is left when the stream ends.
    package mutating func end(milliseconds: UInt64) -> [UInt8] {
        guard !rest.isEmpty else { return [] }
        var text: [UInt8] = []
        write([], Self.time(milliseconds), &text)
        return text
    }

    private mutating func write(_ line: ArraySlice<UInt8>, _ time: [UInt8], _ text: inout [UInt8]) {
        text += time
        text += label
        text += rest
        text += line
        text.append(Self.newline)
        rest.removeAll(keepingCapacity: true)
    }

    private static func time(_ milliseconds: UInt64) -> [UInt8] {
        Array(CivilTime(milliseconds: Int64(milliseconds)).iso.utf8)
    }

    /// A line of the house's own.
    package static func note(_ text: String, milliseconds: UInt64) -> [UInt8] {
        time(milliseconds) + Array(" lineside: \(text)\n".utf8)
    }
}
