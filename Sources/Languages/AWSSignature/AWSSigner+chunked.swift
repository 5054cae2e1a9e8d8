extension AWSSigner {
    /// The signed head of a request whose body goes in chunks, and what the chunks are written with.
    /// `byteCount`: of the body before it is put into chunks. `trailers`: the names of what comes behind it.
    package func chunked(
        _ request: SignedRequest, as form: ChunkedForm, byteCount: Int, trailers: [String] = [], at time: SigningTime
    ) -> (request: SignedRequest, writer: ChunkedWriter) {
        var request = request
        let names: Set = ["x-amz-content-sha256", "x-amz-decoded-content-length", "x-amz-trailer"]
        request.fields.removeAll { names.contains($0.name.lowercased()) }
        request.payload = .word(form.rawValue)
        request.fields.append(.init("X-Amz-Content-SHA256", form.rawValue))
        request.fields.append(.init("X-Amz-Decoded-Content-Length", String(byteCount)))
        if !trailers.isEmpty {
            request.fields.append(.init("X-Amz-Trailer", trailers.map { $0.lowercased() }.joined(separator: ",")))
        }
        if request.value(of: "content-encoding")?.contains("aws-chunked") != true {
            // Before the others, which are of the object itself.
            request.fields.insert(.init("Content-Encoding", "aws-chunked"), at: 0)
        }
        let signed = signed(request, at: time)
        guard let proof = ChunkProof(of: signed, sender: credentials) else {
            preconditionFailure("what was just signed has no signature")
        }
        return (signed, ChunkedWriter(proof))
    }
}
