internal import Core
internal import EngineKeeping
internal import InferenceProtocol

/// Holds a request against the model's signature, in Triton's words where clients know them.
struct RequestCheck {
    private let engine: EngineHandle
    private var name: String { engine.name.description }

    init(_ engine: EngineHandle) { self.engine = engine }

    struct Plan {
        let ports: [Int]
        let wanted: UInt64
        let outputs: [OpenInferenceDoor.WantedOutput]
    }

    func check(_ request: TensorRequest) throws(Fault) -> Plan {
        let signature = engine.signature
        guard request.inputs.count == signature.inputs.count else {
            throw Fault(
                .invalid,
                "expected \(signature.inputs.count) inputs but got \(request.inputs.count) inputs for model '\(name)'. "
                    + "Got input(s) [\(request.inputs.map { "'\($0.name)'" }.joined(separator: ","))], "
                    + "required are [\(signature.inputs.map { "'\($0.name)'" }.joined(separator: ","))]")
        }
        var ports: [Int] = []
        for input in request.inputs { ports.append(try port(of: input, taken: ports)) }
        let outputs = try wanted(request)
        let mask = outputs.reduce(UInt64(0)) { $0 | 1 << UInt64($1.port) }
        return Plan(ports: ports, wanted: outputs.isEmpty ? .max : mask, outputs: outputs)
    }

    private func port(of input: TensorRequest.Input, taken: [Int]) throws(Fault) -> Int {
        guard let place = engine.signature.inputs.firstIndex(where: { $0.name == input.name }), !taken.contains(place)
        else {
            throw Fault(.invalid, "unexpected inference input '\(input.name)' for model '\(name)'")
        }
        let port = engine.signature.inputs[place]
        guard port.type == input.type else {
            throw Fault(
                .invalid,
                "inference input '\(input.name)' data-type is '\(input.type.name)', but model '\(name)' expects '\(port.type.name)'"
            )
        }
        guard port.accepts(input.shape) else {
            throw Fault(
                .invalid,
                "unexpected shape for input '\(input.name)' for model '\(name)'. Expected \(Self.text(port.shape)), got \(Self.text(input.shape))"
            )
        }
        return place
    }

    private static func text(_ shape: [Int]) -> String { "[" + shape.map { "\($0)" }.joined(separator: ",") + "]" }

    private func wanted(_ request: TensorRequest) throws(Fault) -> [OpenInferenceDoor.WantedOutput] {
        if request.outputs.isEmpty {
            guard request.prefersBinary else { return [] }
            return engine.signature.outputs.indices.map { .init(port: $0, isBinary: true, classes: nil) }
        }
        var wanted: [OpenInferenceDoor.WantedOutput] = []
        for output in request.outputs {
            guard let place = engine.signature.outputs.firstIndex(where: { $0.name == output.name }) else {
                throw Fault(.invalid, "unexpected inference output '\(output.name)' for model '\(name)'")
            }
            if output.classes != nil, engine.signature.outputs[place].type == .string {
                throw Fault(.invalid, "output '\(output.name)' holds strings and cannot be ranked")
            }
            wanted.append(.init(port: place, isBinary: output.isBinary, classes: output.classes))
        }
        return wanted
    }
}
