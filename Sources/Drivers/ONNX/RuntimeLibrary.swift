internal import CRuntime
package import Core
internal import Glibc

/// ONNX Runtime, opened at run time: nothing else of Lineside needs it to be installed.
///
/// Concurrency: the C interface is thread safe; the environment lives as long as the process.
@safe package final class RuntimeLibrary: @unchecked Sendable {
    let api: UnsafePointer<OrtApi>
    let environment: OpaquePointer
    package let version: String
    package let path: String

    /// The newest interface that our header describes; older runtimes do not have it.
    private static let interface = UInt32(ORT_API_VERSION)
    package static let oldestVersion = "1.\(ORT_API_VERSION)"

    package static let hint =
        "install it with `scripts/setup` or `pip install onnxruntime`, and name libonnxruntime.so in LINESIDE_ONNXRUNTIME if it is elsewhere"

    /// Opens the first of `candidates` that is there; a path with a slash must exist, a bare name is looked up by the loader.
    package init(candidates: [String]) throws(Fault) {
        // Newer builds report events to their maker over the network unless they are told not to, before they are opened.
        unsafe setenv("ORT_DISABLE_TELEMETRY", "1", 1)
        let (handle, path) = unsafe try Self.open(candidates)
        guard let symbol = unsafe dlsym(handle, "OrtGetApiBase") else {
            throw Fault(.unavailable, "\(path) is not ONNX Runtime: it has no OrtGetApiBase", hint: Self.hint)
        }
        let base = unsafe ls_ort_base(symbol)
        version = unsafe String(cString: ls_ort_version(base))
        self.path = path
        // Asking for an interface it lacks makes the runtime print to stderr; the version says the same in our words.
        guard Self.isNewEnough(version), let api = unsafe ls_ort_api(base, Self.interface) else {
            throw Fault(
                .unavailable, "ONNX Runtime \(version) at \(path) is too old: \(Self.oldestVersion) or newer is needed",
                hint: Self.hint)
        }
        unsafe self.api = unsafe api
        var environment: OpaquePointer?
        let status = unsafe ort_create_env(api, ORT_LOGGING_LEVEL_ERROR, "lineside", &environment)
        guard unsafe status == nil, let environment = unsafe environment else {
            throw Fault(.unavailable, "ONNX Runtime \(version) does not start")
        }
        unsafe self.environment = unsafe environment
        unsafe try check(ort_disable_telemetry(api, environment))
    }

    private static func open(_ candidates: [String]) throws(Fault) -> (UnsafeMutableRawPointer, String) {
        var reason = ""
        for path in candidates where unsafe !path.contains("/") || access(path, F_OK) == 0 {
            if let handle = unsafe dlopen(path, RTLD_NOW | RTLD_LOCAL) { return unsafe (handle, path) }
            if path.contains("/"), let text = unsafe dlerror() { reason = unsafe ": " + String(cString: text) }
        }
        throw Fault(.unavailable, "the library libonnxruntime.so is not found\(reason)", hint: hint)
    }

    private static func isNewEnough(_ version: String) -> Bool {
        let parts = version.split(separator: ".").compactMap { UInt32($0) }
        guard parts.count >= 2 else { return false }
        return parts[0] > 1 || parts[1] >= interface
    }

    /// Turns a status of the C interface into a fault.
    func check(_ status: OpaquePointer?) throws(Fault) {
        guard let status = unsafe status else { return }
        defer { unsafe ort_release_status(api, status) }
        throw unsafe Fault(.model, String(cString: ort_message(api, status)))
    }

    /// Names of the execution providers that this build of the runtime holds.
    package func availableProviders() throws(Fault) -> [String] {
        var list: UnsafeMutablePointer<UnsafeMutablePointer<CChar>>?
        var count: Int32 = 0
        unsafe try check(ort_available_providers(api, &list, &count))
        guard let list = unsafe list else { return [] }
        defer {
            if let status = unsafe ort_release_providers(api, list, count) { unsafe ort_release_status(api, status) }
        }
        return (0..<Int(count)).map { unsafe String(cString: list[$0]) }
    }
}
