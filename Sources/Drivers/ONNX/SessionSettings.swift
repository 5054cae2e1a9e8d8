package import Core

/// How a model is run; every field is a flag of `lineside serve`.
package struct SessionSettings: Hashable, Sendable {
    package enum Optimization: String, Hashable, Sendable, CaseIterable { case none, basic, extended, all }

    package var threads = 2
    package var optimization = Optimization.all
    /// Spinning threads answer a little sooner and steal the cores of everyone else meanwhile.
    package var spinning = false
    /// In order of preference; the first that this runtime can use runs the model, and a later one is never used silently.
    package var providers = [Provider.cpu]

    package init() {}
}

/// An execution provider by the name that people type.
package enum Provider: String, Hashable, Sendable, CaseIterable {
    case cpu, cuda, tensorrt, openvino

    var runtimeName: String {
        switch self {
        case .cpu: "CPUExecutionProvider"
        case .cuda: "CUDAExecutionProvider"
        case .tensorrt: "TensorrtExecutionProvider"
        case .openvino: "OpenVINOExecutionProvider"
        }
    }

    /// Reads `cuda` or a preference like `cuda,cpu`.
    package static func list(parsing text: String) throws(Fault) -> [Provider] {
        var list: [Provider] = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let provider = Provider(rawValue: String(word)), !list.contains(provider) else {
                let known = allCases.map(\.rawValue).joined(separator: ", ")
                throw Fault(
                    .invalid, "provider \"\(word)\" is unknown or repeated",
                    hint: "choose from \(known), best first: cuda,cpu")
            }
            list.append(provider)
        }
        return list
    }
}
