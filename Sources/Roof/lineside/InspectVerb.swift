internal import Core
internal import Files
internal import JSON
internal import ONNXFormat

/// `lineside inspect`: what a model is, read from the file itself.
enum InspectVerb {
    static let verb = Verb(
        name: "inspect", summary: "show a model's inputs, outputs, opset, parameters and what could run it",
        usage: "inspect MODEL.onnx [-o json]", flags: [Options.output], run: run)

    private static func run(_ options: Options) throws -> Int32 {
        let path = try options.onlyWord("a model file")
        let model: ModelFile
        let bytes = try FileAccess.read(path, limit: 8 << 30)
        do throws(ONNXFormatError) { model = try ModelFile(parsing: bytes) } catch {
            throw Fault(.model, "\(path) is not a readable ONNX model: \(error)")
        }
        let report = ModelReport(path: path, bytes: bytes.count, model: model, runtime: RuntimeFacts.find())
        if try options.wantsJSON { Verbs.say(report.json) } else { Verbs.say(report.text) }
        return report.isRunnable ? ExitCode.ok : ExitCode.judgedBad
    }
}
