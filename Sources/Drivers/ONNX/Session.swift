internal import CRuntime
package import Core
internal import Glibc

/// A loaded model. Many threads may run it at once; each brings its own `SessionRun`.
///
/// Concurrency: the C session is thread safe for `Run`; everything here is set once, before it is shared.
@safe package final class Session: @unchecked Sendable {
    let library: RuntimeLibrary
    let handle: OpaquePointer
    let memory: OpaquePointer
    let allocator: UnsafeMutablePointer<OrtAllocator>
    package let signature: ModelSignature
    package let provider: Provider
    /// Why the provider is not the first of the preference, when it is not.
    package let remark: String
    /// Names as C strings, inputs first; they live as long as the process because the session does.
    let inputNames: [UnsafePointer<CChar>?]
    let outputNames: [UnsafePointer<CChar>?]
    /// Outputs that are sequences of maps, flattened to tables.
    let tables: Set<Int>

    package init(model path: String, settings: SessionSettings, library: RuntimeLibrary) throws(Fault) {
        self.library = library
        unsafe (handle, provider, remark) = unsafe try Self.open(path, settings, library)
        var memory: OpaquePointer?
        unsafe try library.check(ort_cpu_memory(library.api, &memory))
        var allocator: UnsafeMutablePointer<OrtAllocator>?
        unsafe try library.check(ort_default_allocator(library.api, &allocator))
        guard let memory = unsafe memory, let allocator = unsafe allocator else {
            throw Fault(.model, "the runtime gives no memory")
        }
        unsafe self.memory = unsafe memory
        unsafe self.allocator = unsafe allocator
        let ports = unsafe PortReader(library: library, session: handle, allocator: allocator)
        let (inputs, _) = try ports.read(outputs: false)
        let (outputs, tables) = try ports.read(outputs: true)
        signature = ModelSignature(inputs: inputs, outputs: outputs)
        self.tables = tables
        unsafe inputNames = unsafe inputs.map { unsafe UnsafePointer(strdup($0.name)) }
        unsafe outputNames = unsafe outputs.map { unsafe UnsafePointer(strdup($0.name)) }
    }

    deinit { unsafe ort_release_session(library.api, handle) }

    /// Tries the providers in order of preference; says why when the first one is not the one.
    private static func open(
        _ path: String, _ settings: SessionSettings, _ library: RuntimeLibrary
    ) throws(Fault) -> (OpaquePointer, Provider, String) {
        let available = try library.availableProviders()
        var refusals: [String] = []
        for provider in settings.providers {
            do throws(Fault) {
                guard available.contains(provider.runtimeName) else {
                    throw Fault(.unavailable, "this ONNX Runtime has only \(available.joined(separator: ", "))")
                }
                let session = unsafe try create(path, settings, provider, library)
                return unsafe (session, provider, refusals.joined(separator: "; "))
            } catch {
                guard provider != .cpu else { throw error }
                refusals.append("\(provider.rawValue) is not used: \(error.message)")
            }
        }
        throw Fault(
            .unavailable, refusals.joined(separator: "; "),
            hint:
                "install a runtime that has it, or allow a second choice with --provider \(settings.providers.map(\.rawValue).joined(separator: ",")),cpu"
        )
    }

    private static func create(
        _ path: String, _ settings: SessionSettings, _ provider: Provider, _ library: RuntimeLibrary
    ) throws(Fault) -> OpaquePointer {
        let api = unsafe library.api
        var made: OpaquePointer?
        unsafe try library.check(ort_create_options(api, &made))
        guard let options = unsafe made else { throw Fault(.model, "the runtime makes no session options") }
        defer { unsafe ort_release_options(api, options) }
        unsafe try library.check(ort_set_intra_threads(api, options, Int32(settings.threads)))
        unsafe try library.check(ort_set_inter_threads(api, options, 1))
        unsafe try library.check(ort_set_optimization(api, options, settings.optimization.level))
        unsafe try library.check(
            ort_add_config(api, options, "session.intra_op.allow_spinning", settings.spinning ? "1" : "0"))
        switch provider {
        case .cpu: break
        case .cuda: unsafe try library.check(ort_append_cuda(api, options))
        case .tensorrt: unsafe try library.check(ort_append_tensorrt(api, options))
        case .openvino: unsafe try library.check(ort_append_provider(api, options, "OpenVINO"))
        }
        var session: OpaquePointer?
        unsafe try library.check(ort_create_session(api, library.environment, path, options, &session))
        guard let session = unsafe session else { throw Fault(.model, "the runtime makes no session of \(path)") }
        return unsafe session
    }
}

extension SessionSettings.Optimization {
    fileprivate var level: GraphOptimizationLevel {
        switch self {
        case .none: ORT_DISABLE_ALL
        case .basic: ORT_ENABLE_BASIC
        case .extended: ORT_ENABLE_EXTENDED
        case .all: ORT_ENABLE_ALL
        }
    }
}
