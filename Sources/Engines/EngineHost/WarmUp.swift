internal import Core
internal import Glibc
internal import ONNX

/// Runs a fresh model on zeros, so that the first real request does not pay for the runtime's first allocations.
struct WarmUp {
    private static let runs = 3
    /// A model that takes longer than this on zeros, or for ever, is served cold.
    private static let patienceNanoseconds = 5 * Span64.second
    private static let bytesMax = 256 << 20
    private let session: Session

    init(_ session: Session) { self.session = session }

    /// The quickest run in nanoseconds, and what the runtime said when zeros are not to the model's taste: a model may
    /// well refuse zeros, or never be done with them, and still be right for real inputs, so that is a remark and not a
    /// failure.
    func run() throws(Fault) -> (quickest: UInt64, complaint: String?) {
        let run = try SessionRun(session)
        let start = Instant.now
        stop(run, at: start.advanced(by: Self.patienceNanoseconds))
        var quickest = UInt64.max
        for _ in 0..<Self.runs {
            let begun = Instant.now
            do throws(Fault) {
                try once(run)
            } catch  where Instant.now.since(start) >= Self.patienceNanoseconds {
                return (Instant.now.since(begun), "stopped after \(Self.patienceNanoseconds / Span64.second) s")
            } catch {
                return (0, error.message)
            }
            quickest = min(quickest, Instant.now.since(begun))
            if quickest > Span64.second { break }
        }
        return (quickest, nil)
    }

    /// Asks the run to end at `deadline`; a run that has ended by then does not mind.
    private func stop(_ run: SessionRun, at deadline: Instant) {
        Lane.start("warm-up") {
            Pause.until(deadline)
            run.terminate(true)
        }
    }

    private func once(_ run: SessionRun) throws(Fault) {
        var memory: [UnsafeMutableRawPointer] = unsafe []
        defer {
            run.clear()
            for place in unsafe memory.indices { unsafe free(memory[place]) }
        }
        for (number, port) in session.signature.inputs.enumerated() {
            // One more than there are: a scalar has none, and C wants an address all the same.
            let dims = port.shape.map { Int64($0 < 0 ? 1 : $0) } + [1]
            let count = dims.reduce(1, *)
            // An empty string is four zero bytes of length, so zeros serve for every type.
            let bytes = Int(count) * (port.type.stride ?? 4)
            guard bytes <= Self.bytesMax, let zeros = unsafe calloc(max(bytes, 1), 1) else { return }
            unsafe memory.append(zeros)
            let added = unsafe dims.withUnsafeBufferPointer { buffer in
                Result { () throws(Fault) in
                    guard let start = buffer.baseAddress else { return }
                    unsafe try run.addInput(
                        port: number, type: port.type, dims: unsafe start, rank: port.shape.count,
                        bytes: UnsafeMutableRawBufferPointer(start: zeros, count: bytes))
                }
            }
            try added.get()
        }
        try run.run(wanted: .max)
    }
}
