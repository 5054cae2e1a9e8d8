internal import CCBOR
internal import Core

/// Writes CBOR into a buffer: libcbor the heads and the numbers, and behind them what they announce.
struct CBORWriter {
    /// A head: one byte, and a number of eight.
    private static let headMax = 9
    private static let timeTag: UInt64 = 1
    private let buffer = ByteBuffer()

    var bytes: [UInt8] { unsafe Array(buffer.bytes) }

    func value(_ value: CBORValue) {
        switch value {
        case .null: unsafe head { unsafe cbor_encode_null($0, $1) }
        case .bool(let flag): unsafe head { unsafe cbor_encode_bool(flag, $0, $1) }
        case .whole(let whole): self.whole(whole)
        case .number(let number): self.number(number)
        case .text(let text):
            unsafe head { unsafe cbor_encode_string_start(text.utf8.count, $0, $1) }
            buffer.append(text)
        case .bytes(let bytes):
            unsafe head { unsafe cbor_encode_bytestring_start(bytes.count, $0, $1) }
            unsafe bytes.withUnsafeBytes { unsafe buffer.append($0) }
        case .time(let seconds):
            unsafe head { unsafe cbor_encode_tag(Self.timeTag, $0, $1) }
            if let whole = Int(exactly: seconds) { self.whole(whole) } else { number(seconds) }
        case .list(let list):
            unsafe head { unsafe cbor_encode_array_start(list.count, $0, $1) }
            for element in list { self.value(element) }
        case .map(let map):
            unsafe head { unsafe cbor_encode_map_start(map.count, $0, $1) }
            for member in map {
                self.value(.text(member.key))
                self.value(member.value)
            }
        }
    }

    private func whole(_ whole: Int) {
        // Negative ones are told as how far they are below -1.
        unsafe head { target, room in
            whole < 0
                ? unsafe cbor_encode_negint(UInt64(-1 - whole), target, room)
                : unsafe cbor_encode_uint(UInt64(whole), target, room)
        }
    }

    /// Half of the bytes where nothing is lost; a quarter is not read by everybody.
    private func number(_ number: Double) {
        let short = Float(number)
        unsafe head { target, room in
            Double(short) == number
                ? unsafe cbor_encode_single(short, target, room) : unsafe cbor_encode_double(number, target, room)
        }
    }

    /// `write` says how many bytes it wrote.
    private func head(_ write: (UnsafeMutablePointer<UInt8>, Int) -> Int) {
        let target = unsafe buffer.reserve(Self.headMax).assumingMemoryBound(to: UInt8.self)
        buffer.commit(unsafe write(target, Self.headMax))
    }
}
