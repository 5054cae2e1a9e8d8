internal import CCurl
internal import Core

/// Hears one answer as it comes. Lives as long as its exchange, on the thread of the exchange.
@safe final class Ear {
    typealias Take = (_ ear: Ear, UnsafeRawBufferPointer) throws(Fault) -> Void

    private(set) var status = 0
    private(set) var fields = WebFields()
    /// Why the rest of the answer was not wanted.
    private(set) var fault: Fault?
    /// The rest of the answer is not needed.
    var hasEnough = false
    private let take: Take
    private let cancellation: WebCancellation?

    init(_ cancellation: WebCancellation?, take: @escaping Take) {
        self.cancellation = cancellation
        unsafe self.take = unsafe take
    }

    private func hear(_ line: String) -> Bool {
        // Redirections and provisional answers have heads of their own; the last one counts.
        let text = line.drop { $0 == "\r\n" || $0 == "\n" }.prefix { $0 != "\r\n" && $0 != "\n" && $0 != "\r" }
        if text.hasPrefix("HTTP/") {
            fields = WebFields()
            status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        } else {
            fields.add(line: text)
        }
        return cancellation?.isCancelled != true
    }

    private func hear(_ bytes: UnsafeRawBufferPointer) -> Bool {
        do throws(Fault) {
            unsafe try take(self, bytes)
        } catch {
            fault = error
            return false
        }
        return !hasEnough
    }

    /// The letters that curl posts; `context` is the ear, kept alive by the exchange.
    static func letters(to context: UnsafeMutableRawPointer) -> ls_web_ear {
        unsafe ls_web_ear(
            context: context,
            field: { context, line, count in
                guard let context = unsafe context, let line = unsafe line else { return false }
                let text = unsafe String(decoding: UnsafeRawBufferPointer(start: line, count: count), as: UTF8.self)
                return unsafe Ear.at(context).hear(text)
            },
            piece: { context, bytes, count in
                guard let context = unsafe context else { return false }
                return unsafe Ear.at(context).hear(UnsafeRawBufferPointer(start: bytes, count: count))
            },
            turn: { context in
                guard let context = unsafe context else { return false }
                return unsafe Ear.at(context).cancellation?.isCancelled != true
            })
    }

    private static func at(_ context: UnsafeMutableRawPointer) -> Ear {
        unsafe Unmanaged<Ear>.fromOpaque(context).takeUnretainedValue()
    }
}
