internal import CCBOR

/// libcbor's items of some bytes, one by one. It keeps nothing between two of them and takes no memory, so that whoever
/// puts them together decides what they may grow to.
@safe final class CBORItems {
    private let bytes: [UInt8]
    private var callbacks = cbor_empty_callbacks
    private var heard: CBORItem?
    /// Of the item that came last.
    private(set) var position = 0
    private var next = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        listenToNumbers()
        listenToTexts()
        listenToParts()
    }

    /// How many bytes follow the last item.
    var rest: Int { bytes.count - next }

    func advance() throws(CBORRefusal) -> CBORItem {
        position = next
        heard = nil
        let result = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe cbor_stream_decode(
                UnsafeBufferPointer(rebasing: bytes[position...]).baseAddress, bytes.count - position, &callbacks,
                Unmanaged.passUnretained(self).toOpaque())
        }
        guard result.status != CBOR_DECODER_NEDATA else { throw refusal("the bytes end inside of a value") }
        guard result.status == CBOR_DECODER_FINISHED, let heard else {
            throw refusal("0x\(String(bytes[position], radix: 16)) begins nothing that is read here")
        }
        next = position + result.read
        return heard
    }

    /// Why not, where the last item is.
    func refusal(_ reason: String) -> CBORRefusal { CBORRefusal(reason, at: position) }

    // MARK: callbacks

    /// Each finds its reader and leaves there what it heard.
    private static func hear(_ item: CBORItem, _ context: UnsafeMutableRawPointer?) {
        guard let context = unsafe context else { return }
        unsafe Unmanaged<CBORItems>.fromOpaque(context).takeUnretainedValue().heard = item
    }

    private func listenToNumbers() {
        unsafe callbacks.uint8 = { context, value in unsafe CBORItems.hear(.whole(UInt64(value)), context) }
        unsafe callbacks.uint16 = { context, value in unsafe CBORItems.hear(.whole(UInt64(value)), context) }
        unsafe callbacks.uint32 = { context, value in unsafe CBORItems.hear(.whole(UInt64(value)), context) }
        unsafe callbacks.uint64 = { context, value in unsafe CBORItems.hear(.whole(value), context) }
        unsafe callbacks.negint8 = { context, value in unsafe CBORItems.hear(.negative(UInt64(value)), context) }
        unsafe callbacks.negint16 = { context, value in unsafe CBORItems.hear(.negative(UInt64(value)), context) }
        unsafe callbacks.negint32 = { context, value in unsafe CBORItems.hear(.negative(UInt64(value)), context) }
        unsafe callbacks.negint64 = { context, value in unsafe CBORItems.hear(.negative(value), context) }
        unsafe callbacks.float2 = { context, value in unsafe CBORItems.hear(.number(Double(value)), context) }
        unsafe callbacks.float4 = { context, value in unsafe CBORItems.hear(.number(Double(value)), context) }
        unsafe callbacks.float8 = { context, value in unsafe CBORItems.hear(.number(value), context) }
        unsafe callbacks.boolean = { context, value in unsafe CBORItems.hear(.bool(value), context) }
        unsafe callbacks.null = { context in unsafe CBORItems.hear(.null, context) }
        unsafe callbacks.undefined = { context in unsafe CBORItems.hear(.null, context) }
    }

    private func listenToTexts() {
        unsafe callbacks.byte_string = { context, start, count in
            let bytes = unsafe Array(UnsafeRawBufferPointer(start: start, count: count))
            unsafe CBORItems.hear(.bytes(bytes), context)
        }
        unsafe callbacks.byte_string_start = { context in unsafe CBORItems.hear(.bytesStart, context) }
        unsafe callbacks.string = { context, start, count in
            let text = unsafe String(validating: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
            unsafe CBORItems.hear(.text(text), context)
        }
        unsafe callbacks.string_start = { context in unsafe CBORItems.hear(.textStart, context) }
    }

    private func listenToParts() {
        unsafe callbacks.array_start = { context, count in unsafe CBORItems.hear(.list(count), context) }
        unsafe callbacks.indef_array_start = { context in unsafe CBORItems.hear(.list(nil), context) }
        unsafe callbacks.map_start = { context, count in unsafe CBORItems.hear(.map(count), context) }
        unsafe callbacks.indef_map_start = { context in unsafe CBORItems.hear(.map(nil), context) }
        unsafe callbacks.tag = { context, value in unsafe CBORItems.hear(.tag(value), context) }
        unsafe callbacks.indef_break = { context in unsafe CBORItems.hear(.end, context) }
    }
}
