internal import CJSON

/// A JSON text read once into a flat tree; arrays of numbers stay packed. Reused for many texts by one thread.
@safe package final class JSONDocument {
    private let parser: OpaquePointer
    private var largestText = 0
    /// A larger text leaves buffers behind that `trim` gives back.
    private static let keptTextBytesMax = 32 << 20

    package init() {
        guard let parser = unsafe ls_json_create() else { fatalError("out of memory for a JSON parser") }
        unsafe self.parser = unsafe parser
    }

    deinit { unsafe ls_json_free(parser) }

    /// Gives memory back after an unusually large text; its nodes die with it.
    package func trim() {
        guard largestText > Self.keptTextBytesMax else { return }
        unsafe ls_json_shrink(parser)
        copy = []
        largestText = 0
    }

    /// Where and why a text is not JSON.
    package struct Refusal: Error, Hashable, Sendable {
        package let reason: String
        package let position: Int
    }

    /// Reads a text that is followed by at least 64 readable bytes. The nodes live until the next call.
    package func parse(padded text: UnsafeRawBufferPointer) throws(Refusal) -> JSONNode {
        largestText = max(largestText, text.count)
        let start = unsafe text.baseAddress?.assumingMemoryBound(to: CChar.self)
        guard let start = unsafe start, unsafe ls_json_parse(parser, start, text.count) else {
            throw unsafe Refusal(
                reason: text.isEmpty ? "the document is empty" : String(cString: ls_json_error(parser)),
                position: text.isEmpty ? 0 : ls_json_error_position(parser))
        }
        return unsafe JSONNode(
            nodes: ls_json_nodes(parser), strings: ls_json_strings(parser), numbers: ls_json_numbers(parser), index: 0)
    }

    /// Reads a text that has no padding, by copying it: for small documents off the hot path.
    package func parse(_ text: [UInt8]) throws(Refusal) -> JSONNode {
        copy = text
        copy.append(contentsOf: repeatElement(0, count: Int(LS_JSON_PADDING)))
        let result = unsafe copy.withUnsafeBytes { bytes in
            Result { () throws(Refusal) in
                unsafe try parse(padded: UnsafeRawBufferPointer(rebasing: bytes.prefix(text.count)))
            }
        }
        return try result.get()
    }
    private var copy: [UInt8] = []
}
