package import Core
internal import Glibc

/// A file to be fetched, perhaps from the middle.
package struct WebFetch: Sendable {
    package var url: String
    /// The largest file that is taken.
    package var bytesMax: Int
    /// How much of it is here already.
    package var offset = 0
    /// What the server called the file when its first bytes came: with it a changed file begins anew.
    package var validator: String?
    package var fields = WebFields()
    package var wholeMilliseconds: Int?

    package init(_ url: String, bytesMax: Int, from offset: Int = 0, validator: String? = nil) {
        self.url = url
        self.bytesMax = bytesMax
        self.offset = offset
        self.validator = validator
    }
}

/// A file that is here now.
package struct WebFetched: Hashable, Sendable {
    /// The whole file.
    package let bytes: Int
    /// Where this fetch began: behind what was here, or at 0 after all.
    package let from: Int
    /// For the next fetch of the same file.
    package let validator: String?
}

extension WebClient {
    /// Fetches a file piece by piece; `take` is told where each piece belongs. A piece at 0 replaces whatever came before.
    package func fetch(
        _ wanted: WebFetch, cancellation: WebCancellation? = nil,
        take: @escaping (_ bytes: UnsafeRawBufferPointer, _ offset: Int) throws(Fault) -> Void
    ) throws(Fault) -> WebFetched {
        if let whole = unsafe try attempt(wanted, cancellation, take) { return whole }
        var anew = wanted
        anew.offset = 0
        anew.validator = nil
        guard let whole = unsafe try attempt(anew, cancellation, take) else { throw Fault.cut(wanted.url) }
        return whole
    }

    /// Fetches into an open file, from `wanted.offset` on. A file that changed is emptied first.
    package func fetch(
        _ wanted: WebFetch, into file: Int32, cancellation: WebCancellation? = nil,
        progress: @escaping (_ bytes: Int) -> Void = { _ in }
    ) throws(Fault) -> WebFetched {
        let start = wanted.offset
        let fetched = unsafe try fetch(wanted, cancellation: cancellation) { bytes, offset throws(Fault) in
            if offset == 0, start > 0, ftruncate(file, 0) != 0 { throw Fault.system("emptying a download") }
            unsafe try Self.put(bytes, at: offset, in: file)
            progress(offset + bytes.count)
        }
        guard ftruncate(file, fetched.bytes) == 0 else { throw Fault.system("ending a download") }
        return fetched
    }

    private static func put(_ bytes: UnsafeRawBufferPointer, at offset: Int, in file: Int32) throws(Fault) {
        var written = 0
        while written < bytes.count {
            let count = unsafe pwrite(
                file, bytes.baseAddress?.advanced(by: written), bytes.count - written, offset + written)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Fault.system("writing a download") }
            written += count
        }
    }

    /// Nil when the server cannot go on where we are.
    private func attempt(
        _ wanted: WebFetch, _ cancellation: WebCancellation?,
        _ take: @escaping (UnsafeRawBufferPointer, Int) throws(Fault) -> Void
    ) throws(Fault) -> WebFetched? {
        let plan = FetchPlan(url: wanted.url, offset: wanted.offset, bytesMax: wanted.bytesMax)
        var step: FetchPlan.Step?
        var place = 0
        let ear = unsafe Ear(cancellation) { ear, bytes throws(Fault) in
            if step == nil {
                step = try plan.step(status: ear.status, fields: ear.fields)
                if case .take(let from, _) = step { place = from }
            }
            guard case .take = step else { return ear.hasEnough = true }
            guard place + bytes.count <= wanted.bytesMax else { throw Fault.tooLong(wanted.url, wanted.bytesMax) }
            unsafe try take(bytes, place)
            place += bytes.count
        }
        try exchange(request(wanted), ear)
        // An answer without a body has no first piece.
        if step == nil { step = try plan.step(status: ear.status, fields: ear.fields) }
        switch step {
        case .startOver, nil: return nil
        case .complete: return WebFetched(bytes: wanted.offset, from: wanted.offset, validator: wanted.validator)
        case .take(let from, let total):
            let end = max(place, from)
            guard total == nil || total == end else { throw Fault.cut(wanted.url) }
            return WebFetched(bytes: end, from: from, validator: Self.validator(ear.fields))
        }
    }

    private func request(_ wanted: WebFetch) -> WebRequest {
        var fields = wanted.fields
        if wanted.offset > 0 {
            fields.add("Range", "bytes=\(wanted.offset)-")
            if let validator = wanted.validator { fields.add("If-Range", validator) }
        }
        return WebRequest("GET", wanted.url, fields: fields, wholeMilliseconds: wanted.wholeMilliseconds)
    }

    // > A client MUST NOT generate an If-Range header field containing an entity tag that is marked as weak.
    // <RFC 9110, 13.1.5>; a date says too little when a file changes twice in a second.
    private static func validator(_ fields: WebFields) -> String? {
        fields["etag"].flatMap { $0.hasPrefix("W/") ? nil : $0 }
    }
}
