package import Core
package import EngineKeeping

/// What an engine is loaded for.
package enum LoadPurpose: Hashable, Sendable {
    /// Somebody asks for the version: the engine that it has will do.
    case use
    /// A fresh engine that answers for its model's name from now on.
    case serve
    /// A fresh engine that answers for its model's name, and for the line.
    case activate

    var wantsFresh: Bool { self != .use }

    /// Why an engine will not do, if it will not: `/infer` keeps the engine that it can feed until there is another such.
    func refusal(of engine: EngineHandle, insteadOf present: EngineHandle?, isActive: Bool) -> Fault? {
        guard !engine.canInspect else { return nil }
        switch self {
        case .use: return nil
        case .serve where !isActive || present?.canInspect != true: return nil
        case .serve, .activate:
            let inputs = engine.signature.inputs.map { "\($0.name) \($0.type.name)" }.joined(separator: ", ")
            return Fault(.model, "/infer needs a model with exactly one FP32 input, and it has \(inputs)")
        }
    }
}

/// Somebody who waits for an engine, and what for.
struct Waiter {
    let purpose: LoadPurpose
    let completion: ModelCatalog.Completion
}

/// What somebody who waited is told.
package struct LoadAnswer: Sendable {
    let completion: ModelCatalog.Completion
    package let result: Result<EngineHandle, Fault>

    var isRefusal: Bool { if case .failure = result { true } else { false } }
    package func tell() { completion(result) }
}
