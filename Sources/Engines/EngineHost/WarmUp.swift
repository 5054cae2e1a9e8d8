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
    private let watchdog: Watchdog

    init(_ session: Session, _ watchdog: Watchdog) {
        self.session = session
        self.watchdog = watchdog
    }

    /// The quickest run in nanoseconds, and what the runtime said when zeros are not to the model's taste: a model may
    /// well refuse zeros, or never be done with them, and still be right for real inputs, so that is a remark and not a
    /// failure.
    func run() throws(Fault) -> (quickest: UInt64, complaint: String?) {
        let run = try SessionRun(session)
        let watch = watchdog.watch(run)
        defer { watchdog.forget(watch) }
        let end = Instant.now.advanced(by: Self.patienceNanoseconds)
        var quickest = UInt64.max
        for _ in 0..<Self.runs {
            let begun = Instant.now
            watch.begin(end, [])
            let failure: Fault?
            do throws(Fault) {
                try once(run)
                failure = nil
            } catch { failure = error }
            if watch.end(), failure != nil {
                return (Instant.now.since(begun), "stopped after \(Self.patienceNanoseconds / Span64.second) s")
            }
            if let failure { return (0, failure.message) }
            quickest = min(quickest, Instant.now.since(begun))
            if quickest > Span64.second { break }
        }
        return (quickest, nil)
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
