internal import Core
internal import EngineKeeping
internal import Files
internal import Images
internal import Inference
internal import JSON
internal import Link
internal import Process

/// `lineside run`: one shot, without a server.
enum RunVerb {
    static let verb = Verb(
        name: "run", summary: "run a model once on an image or a JSON file", usage: "run MODEL.onnx INPUT [OPTIONS]",
        flags: [Flag("timeout", "SECONDS", "how long the model may take (60)")] + SessionFlags.all + [Options.output],
        notes: """
            INPUT is a JPEG, PNG or BMP (resized to the model's input, divided by 255, channels first), or a JSON file,
            - for stdin:
            {"inputs": [...]} as in the Open Inference Protocol, {"instances": [[...]]}, {"tensor": [...]}, or a bare array.
            """, run: run)

    private static func run(_ options: Options) throws -> Int32 {
        if let model = options.words.first, !FileAccess.isFile(model) {
            throw ConfigurationFault(missing: model)
        }
        guard options.words.count == 2 else { throw UsageFault(message: "give a model and an input") }
        var settings = EngineSettings()
        let session = try SessionFlags.settings(options)
        settings.command = try RuntimeLocator.engineCommand() + SessionFlags.words(session, instances: 1)
        settings.slots = 1
        settings.slotBytes = 1 << 30
        Signals.ignorePipe()
        let question = try question(options.words[1])
        let shot = try OneShot(model: options.words[0], settings: settings)
        let answer = ByteBuffer()
        let wantsJSON = try options.wantsJSON
        let (run, engine) = try shot.ask(question, seconds: try options.seconds("timeout") ?? 60, into: answer)
        if wantsJSON { Verbs.say(answer.text) } else { try AnswerTable(answer.text, run: run, engine: engine).say() }
        return ExitCode.ok
    }

    private static func question(_ path: String) throws -> OneShot.Question {
        let bytes = try path == "-" ? FileAccess.read("/dev/stdin") : FileAccess.read(path)
        let first = bytes.first { $0 != 0x20 && $0 != 0x0a && $0 != 0x0d && $0 != 0x09 }
        let isBitmap = bytes.starts(with: "BM".utf8)
        let isText = !isBitmap && first.map { $0 < 0x7f } ?? true
        if isText { return .json(bytes) }
        let picture = try Picture(decoding: bytes, file: path)
        return .picture { shape throws(Fault) in
            guard shape.count == 4, shape[1] == 1 || shape[1] == 3, shape[2] > 1, shape[3] > 1, shape[0] == 1 else {
                throw Fault(
                    .invalid, "the model's input \(shape) is not one image of 1 or 3 channels",
                    hint: "give its input as JSON")
            }
            return try picture.planes(width: shape[3], height: shape[2], channels: shape[1])
        }
    }
}

/// An answer as people read it: a line an output, the first values of each.
private struct AnswerTable {
    private static let valuesMax = 8
    private let text: String
    private let run: UInt64
    private let engine: EngineHandle

    init(_ text: String, run: UInt64, engine: EngineHandle) {
        self.text = text
        self.run = run
        self.engine = engine
    }

    func say() throws {
        let document = JSONDocument()
        let root = try document.parse(Array(text.utf8))
        var lines = ["output                  type   shape            values"]
        root["outputs"]?.forEachElement { output in lines.append(line(output)) }
        let description = engine.description
        lines.append(
            "run \(Double(run / 1_000) / 1_000) ms on \(description.provider), ONNX Runtime \(description.runtimeVersion)"
        )
        Verbs.say(lines.joined(separator: "\n"))
    }

    private func line(_ output: JSONNode) -> String {
        let shape = (output["shape"]?.ints ?? []).map { "\($0)" }.joined(separator: "x")
        return padded(output["name"]?.string ?? "", 24) + padded(output["datatype"]?.string ?? "", 7)
            + padded(shape, 17) + values(output["data"])
    }

    private func values(_ data: JSONNode?) -> String {
        guard let data, let count = data.count else { return "" }
        var shown: [String] = []
        if let packed = data.packed {
            shown = (0..<min(count, Self.valuesMax)).map { place in
                packed.int(place).map { "\($0)" } ?? "\(Float(packed.double(place)))"
            }
        } else {
            data.forEachElement { element in
                guard shown.count < Self.valuesMax else { return }
                shown.append(element.string ?? element.bool.map { "\($0)" } ?? element.double.map { "\($0)" } ?? "?")
            }
        }
        return shown.joined(separator: " ") + (count > Self.valuesMax ? " ... (\(count))" : "")
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }
}
