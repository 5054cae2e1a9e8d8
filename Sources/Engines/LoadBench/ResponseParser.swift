/// Reads one HTTP/1.1 answer as its bytes arrive, in pieces of any size, and keeps nothing of the body.
///
/// > 8. Otherwise, this is a response message without a declared message body length, so the message body length is
/// > determined by the number of octets received prior to the server closing the connection.
/// <https://www.rfc-editor.org/rfc/rfc9112#section-6.3>
package struct ResponseParser: Sendable {
    /// What came back cannot be HTTP.
    package struct Fault: Error, Hashable, Sendable {
        package let message: String
    }

    private enum State: Sendable {
        case statusLine
        case headers
        case body(left: UInt64)
        case bodyUntilClose
        case chunkSize
        case chunk(left: UInt64)
        case chunkEnd
        case trailers
        case complete
    }

    private let isHead: Bool
    private var state = State.statusLine
    private var line: [UInt8] = []
    private var headerBytes = 0
    private var contentLength: UInt64?
    private var isChunked = false
    /// The status of the answer; zero before its first line.
    package private(set) var status = 0
    /// Whether the server will take another request on this connection.
    package private(set) var keepsAlive = true

    /// `isHead` says that the request was HEAD, whose answer has no body whatever its headers say.
    package init(isHead: Bool = false) {
        self.isHead = isHead
    }

    /// Whether the answer is whole.
    package var isComplete: Bool {
        if case .complete = state { return true }
        return false
    }

    /// Takes as many of `bytes` as belong to the answer and says how many that were.
    package mutating func consume(_ bytes: Span<UInt8>) throws(Fault) -> Int {
        var position = 0
        while position < bytes.count {
            switch state {
            case .complete:
                return position
            case .body(let left):
                let step = skip(left, of: bytes.count - position)
                state = step == left ? .complete : .body(left: left - step)
                position += Int(step)
            case .chunk(let left):
                let step = skip(left, of: bytes.count - position)
                state = step == left ? .chunkEnd : .chunk(left: left - step)
                position += Int(step)
            case .bodyUntilClose:
                position = bytes.count
            case .statusLine, .headers, .chunkSize, .chunkEnd, .trailers:
                try take(bytes[position])
                position += 1
            }
        }
        return position
    }

    /// Tells that the server closed the connection; true when that is how this answer ends.
    package mutating func close() -> Bool {
        guard case .bodyUntilClose = state else { return false }
        keepsAlive = false
        state = .complete
        return true
    }

    private func skip(_ left: UInt64, of available: Int) -> UInt64 { min(left, UInt64(available)) }

    private mutating func take(_ byte: UInt8) throws(Fault) {
        guard byte == UInt8(ascii: "\n") else {
            headerBytes += 1
            guard headerBytes <= BenchLimit.responseHeaderBytesMax else { throw Fault(message: "endless headers") }
            line.append(byte)
            return
        }
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        let text = String(decoding: line, as: UTF8.self)
        line.removeAll(keepingCapacity: true)
        try takeLine(text)
    }

    private mutating func takeLine(_ text: String) throws(Fault) {
        switch state {
        case .statusLine: try takeStatus(text)
        case .headers: text.isEmpty ? endHeaders() : try takeHeader(text)
        case .chunkSize: try takeChunkSize(text)
        case .chunkEnd:
            guard text.isEmpty else { throw Fault(message: "a chunk longer than it says") }
            headerBytes = 0
            state = .chunkSize
        case .trailers: if text.isEmpty { state = .complete }
        case .body, .bodyUntilClose, .chunk, .complete: break
        }
    }

    private mutating func takeStatus(_ text: String) throws(Fault) {
        let parts = text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count >= 2, parts[0] == "HTTP/1.1" || parts[0] == "HTTP/1.0", parts[1].utf8.count == 3,
            let code = UInt16(parts[1]), (100..<1_000).contains(code)
        else { throw Fault(message: "\"\(text.prefix(40))\" is no status line") }
        status = Int(code)
        keepsAlive = parts[0] == "HTTP/1.1"
        state = .headers
    }

    private mutating func takeHeader(_ text: String) throws(Fault) {
        guard let colon = text.firstIndex(of: ":") else {
            throw Fault(message: "\"\(text.prefix(40))\" is no header")
        }
        let value = text[text.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
        switch text[..<colon].lowercased() {
        case "content-length":
            guard let length = UInt64(value.prefix { $0 != " " }), contentLength ?? length == length else {
                throw Fault(message: "the Content-Length \"\(value.prefix(40))\"")
            }
            contentLength = length
        case "transfer-encoding":
            isChunked = value.lowercased().hasSuffix("chunked")
        case "connection":
            let options = value.lowercased()
            if options.contains("close") { keepsAlive = false }
            if options.contains("keep-alive") { keepsAlive = true }
        default:
            break
        }
    }

    private mutating func endHeaders() {
        if (100..<200).contains(status) {
            // An interim answer such as 100 Continue; the real one follows.
            self = ResponseParser(isHead: isHead)
        } else if isHead || status == 204 || status == 304 {
            state = .complete
        } else if isChunked {
            headerBytes = 0
            state = .chunkSize
        } else if let contentLength {
            state = contentLength == 0 ? .complete : .body(left: contentLength)
        } else {
            state = .bodyUntilClose
        }
    }

    private mutating func takeChunkSize(_ text: String) throws(Fault) {
        let digits = text.prefix { $0 != ";" && $0 != " " }
        guard let size = UInt64(digits, radix: 16), !digits.hasPrefix("+") else {
            throw Fault(message: "\"\(text.prefix(40))\" is no chunk size")
        }
        state = size == 0 ? .trailers : .chunk(left: size)
    }
}
