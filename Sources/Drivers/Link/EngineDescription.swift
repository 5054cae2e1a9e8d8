package import Core

/// What an engine says of itself once its model is loaded and warm, or why it is not.
package struct EngineDescription: Hashable, Sendable {
    package var signature = ModelSignature(inputs: [], outputs: [])
    package var runtimeVersion = ""
    /// The execution provider that runs the model, and a remark when it is not the one first asked for.
    package var provider = ""
    package var remark = ""
    /// The provider is not the first of the preference.
    package var fellBack = false
    package var loadNanoseconds: UInt64 = 0
    package var warmRunNanoseconds: UInt64 = 0
    package var instances = 1
    package var batches = false
    /// Set when the model could not be loaded.
    package var failure: Fault?

    package init() {}
}

extension EngineDescription {
    private static let version: UInt32 = 1

    /// Writes the description as length-prefixed fields; false when it does not fit.
    package func write(to memory: UnsafeMutableRawBufferPointer) -> Bool {
        var out = FieldWriter()
        out.put(Self.version)
        out.put(failure == nil ? 0 : 1 as UInt32)
        if let failure {
            out.put(failure.code.rawValue)
            out.put(failure.message)
            out.put(failure.hint ?? "")
        } else {
            put(ports: signature.inputs, to: &out)
            put(ports: signature.outputs, to: &out)
            for text in [runtimeVersion, provider, remark] { out.put(text) }
            for number in [loadNanoseconds, warmRunNanoseconds, UInt64(instances), batches ? 1 : 0, fellBack ? 1 : 0] {
                out.put(number)
            }
        }
        guard out.bytes.count <= memory.count else { return false }
        unsafe memory.copyBytes(from: out.bytes)
        return true
    }

    private func put(ports: [Port], to out: inout FieldWriter) {
        out.put(UInt32(ports.count))
        for port in ports {
            out.put(port.name)
            out.put(port.type.rawValue)
            out.put(UInt32(port.shape.count))
            for axis in port.shape.indices {
                out.put(UInt64(bitPattern: Int64(port.shape[axis])))
                out.put(axis < port.dimensionNames.count ? port.dimensionNames[axis] : "")
            }
        }
    }

    package init(reading memory: UnsafeMutableRawBufferPointer) throws(Fault) {
        var fields = unsafe FieldReader(memory)
        guard try fields.word() == Self.version else {
            throw Fault(.invalid, "the engine's description is of another version")
        }
        if try fields.word() == 1 {
            let code = try fields.text()
            let message = try fields.text()
            let hint = try fields.text()
            failure = Fault(Fault.Code(rawValue: code), message, hint: hint.isEmpty ? nil : hint)
            return
        }
        let inputs = try Self.ports(&fields)
        signature = ModelSignature(inputs: inputs, outputs: try Self.ports(&fields))
        runtimeVersion = try fields.text()
        provider = try fields.text()
        remark = try fields.text()
        loadNanoseconds = try fields.number()
        warmRunNanoseconds = try fields.number()
        instances = Int(try fields.number())
        batches = try fields.number() == 1
        fellBack = try fields.number() == 1
    }

    private static func ports(_ fields: inout FieldReader) throws(Fault) -> [Port] {
        var ports: [Port] = []
        for _ in 0..<(try fields.word()) {
            let name = try fields.text()
            guard let type = ElementType(rawValue: try fields.word()) else {
                throw Fault(.invalid, "unknown element type")
            }
            var shape: [Int] = []
            var names: [String] = []
            for _ in 0..<(try fields.word()) {
                shape.append(Int(Int64(bitPattern: try fields.number())))
                names.append(try fields.text())
            }
            ports.append(Port(name: name, type: type, shape: shape, dimensionNames: names))
        }
        return ports
    }
}
