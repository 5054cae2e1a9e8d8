internal import Core
internal import Files
internal import Images
internal import JSON

/// How long a job takes once memory is warm: the image's bytes are read before, the tensor's place is reused.
struct PreprocessFigures {
    private static let warmUps = 5
    private let rounds: Int
    private let decoding: [UInt64]
    private let preprocessing: [UInt64]
    private let together: [UInt64]

    init(measuring job: PreprocessJob, rounds: Int) throws(Fault) {
        let bytes = try FileAccess.read(job.image)
        let decoder = try FrameDecoder()
        let preprocessor = try Preprocessor(job.preprocessing)
        let tensor = UnsafeMutablePointer<Float>.allocate(capacity: job.preprocessing.elementCount)
        defer { unsafe tensor.deallocate() }
        var spans: [(decoding: UInt64, preprocessing: UInt64)] = []
        for _ in 0..<rounds + Self.warmUps {
            let start = Instant.now
            let frame = try job.decode(bytes, decoder)
            let decoded = Instant.now
            unsafe try preprocessor.write(frame, into: tensor)
            spans.append((decoded.since(start), Instant.now.since(decoded)))
        }
        spans.removeFirst(Self.warmUps)
        self.rounds = rounds
        decoding = spans.map(\.decoding).sorted()
        preprocessing = spans.map(\.preprocessing).sorted()
        together = spans.map { $0.decoding + $0.preprocessing }.sorted()
    }

    private var figures: [(name: String, milliseconds: Double)] {
        [
            ("p50_ms", Self.milliseconds(together, 0.5)), ("p99_ms", Self.milliseconds(together, 0.99)),
            ("decode_p50_ms", Self.milliseconds(decoding, 0.5)),
            ("preprocess_p50_ms", Self.milliseconds(preprocessing, 0.5)),
        ]
    }

    private static func milliseconds(_ sorted: [UInt64], _ part: Double) -> Double {
        Double(sorted[min(sorted.count - 1, Int(Double(sorted.count) * part))] / 1_000) / 1_000
    }

    var text: String { figures.map { "\($0.name) \($0.milliseconds)" }.joined(separator: "\n") }

    var json: String {
        let buffer = ByteBuffer()
        var json = JSONWriter(buffer)
        json.beginObject()
        json.key("iterations")
        json.int(rounds)
        for figure in figures {
            json.key(figure.name)
            json.double(figure.milliseconds)
        }
        json.endObject()
        return buffer.text
    }
}
