internal import CCurl
package import Core

/// Asks servers over HTTP and HTTPS, and keeps its connections for the next question.
///
/// Concurrency: confined to whoever owns it, one thread at a time; it is not Sendable, so that the compiler minds it.
/// An exchange blocks its thread until it is over: call it from a `Lane`, not from the cooperative pool.
@safe package final class WebClient {
    private let handle: OpaquePointer
    private let plan: WebPlan
    private let texts = CTexts()
    private static let agent = "lineside"
    /// Of an answer that refuses, this much is kept for whoever reads about it.
    private static let refusalBytesMax = 64 << 10

    package init(_ plan: WebPlan = WebPlan()) throws(Fault) {
        if let reason = unsafe ls_web_missing() {
            let words = unsafe String(cString: reason)
            throw Fault(.unavailable, "libcurl cannot be opened: \(words)", hint: "install Debian's package libcurl4")
        }
        guard let handle = unsafe ls_web_create() else { throw Fault(.exhausted, "no memory for a web client") }
        unsafe self.handle = unsafe handle
        self.plan = plan
    }

    deinit { unsafe ls_web_free(handle) }

    /// Asks, and takes an answer of at most `bodyBytesMax` bytes. Every status is an answer.
    package func send(
        _ request: WebRequest, bodyBytesMax: Int, cancellation: WebCancellation? = nil
    ) throws(Fault) -> WebAnswer {
        let body = ByteBuffer()
        let url = request.url
        let ear = unsafe Ear(cancellation) { ear, bytes throws(Fault) in
            let isRefusal = ear.status >= 400
            let limit = isRefusal ? min(bodyBytesMax, Self.refusalBytesMax) : bodyBytesMax
            let length = ear.fields["content-length"].flatMap { Int($0) } ?? 0
            guard max(body.count + bytes.count, isRefusal ? 0 : length) <= limit else {
                guard isRefusal else { throw Fault.tooLong(url, bodyBytesMax) }
                ear.hasEnough = true
                return
            }
            unsafe body.append(bytes)
        }
        try exchange(request, ear)
        return unsafe WebAnswer(
            status: ear.status, fields: ear.fields, body: Array(body.bytes),
            url: String(cString: ls_web_final_url(handle)))
    }

    package func get(_ url: String, bytesMax: Int, wholeMilliseconds: Int? = nil) throws(Fault) -> WebAnswer {
        try send(WebRequest("GET", url, wholeMilliseconds: wholeMilliseconds), bodyBytesMax: bytesMax)
    }

    func exchange(_ request: WebRequest, _ ear: Ear) throws(Fault) {
        guard request.isWellFormed else {
            throw Fault(.invalid, "the address or a header of \(request.url) holds a character that cannot be sent")
        }
        let outcome = unsafe (request.body ?? []).withUnsafeBytes { body in
            unsafe perform(request, body: body, ear)
        }
        if let fault = ear.fault { throw fault }
        if outcome == LS_WEB_ANSWERED || ear.hasEnough { return }
        let words = unsafe outcome == LS_WEB_STOPPED ? "cancelled" : String(cString: ls_web_error(handle))
        throw Fault.web(outcome, request.url, words)
    }

    private func perform(_ request: WebRequest, body: UnsafeRawBufferPointer, _ ear: Ear) -> ls_web_outcome {
        let kept = CTexts()
        var fields = unsafe request.lines.map { unsafe kept.keep($0) }
        unsafe fields.append(nil)
        let nothing: [UInt8] = [0]
        return unsafe fields.withUnsafeBufferPointer { fields in
            unsafe nothing.withUnsafeBytes { nothing in
                var plan = unsafe shape
                var order = unsafe ls_web_request(
                    method: kept.keep(request.method), url: kept.keep(request.url), fields: fields.baseAddress,
                    body: request.body == nil ? nil : body.baseAddress ?? nothing.baseAddress, body_bytes: body.count,
                    whole_ms: request.wholeMilliseconds ?? 0, follows: request.followsRedirects)
                return withExtendedLifetime((ear, kept)) {
                    var letters = unsafe Ear.letters(to: Unmanaged.passUnretained(ear).toOpaque())
                    return unsafe ls_web_exchange(handle, &plan, &order, &letters)
                }
            }
        }
    }

    private lazy var shape = unsafe ls_web_plan(
        agent: texts.keep(Self.agent), ca_file: texts.keep(plan.authorityFile),
        certificate: texts.keep(plan.certificateFile), key: texts.keep(plan.keyFile), key_password: nil,
        proxy: texts.keep(plan.proxy), no_proxy: texts.keep(plan.noProxy), connect_ms: plan.connectMilliseconds,
        least_bytes_per_second: plan.leastBytesPerSecond, least_seconds: plan.leastSpeedSeconds,
        redirects_max: plan.redirectsMax)
}
