/// One thing about a model that only some releases of ONNX Runtime can load, and the first that can.
package struct RuntimeRequirement: Hashable, Sendable {
    /// Which releases will do.
    package enum Need: Hashable, Sendable {
        case atLeast(RuntimeVersion)
        /// Older than anything ONNX Runtime promises to load (opset 6 and before).
        case olderThanSupported
        /// Newer than this program's tables: only trying will tell.
        case newerThanKnown
    }

    /// What it is about, as in `opset 18` or `IR version 9`.
    package let subject: String
    package let need: Need
}

extension RuntimeRequirement {
    /// The opset of ONNX itself.
    static func opset(_ version: Int) -> RuntimeRequirement {
        let subject = "opset \(version)"
        if version < 7 { return RuntimeRequirement(subject: subject, need: .olderThanSupported) }
        return RuntimeRequirement(subject: subject, need: need(OpsetRelease.minimumRuntime(for: version)))
    }

    // Columns of <https://onnxruntime.ai/docs/reference/compatibility.html>. IR 11 and later are not in it:
    // 1.22 refuses IR 11 and 1.23 refuses IR 12 ("max supported IR version: 11"); IR 13 is known to load from 1.25.
    // The mere file format is what bites first: a new `onnx` package stamps a new IR version on an old opset.
    private static let irRuntimes: [Int: RuntimeVersion] = [
        4: RuntimeVersion(0, 4), 5: RuntimeVersion(0, 4), 6: RuntimeVersion(1, 0), 7: RuntimeVersion(1, 3),
        8: RuntimeVersion(1, 9), 9: RuntimeVersion(1, 16), 10: RuntimeVersion(1, 18), 11: RuntimeVersion(1, 23),
        12: RuntimeVersion(1, 24), 13: RuntimeVersion(1, 25),
    ]

    /// The version of the file format.
    static func irVersion(_ version: Int) -> RuntimeRequirement {
        let runtime = version <= 3 ? RuntimeVersion(0, 1) : irRuntimes[version]
        return RuntimeRequirement(subject: "IR version \(version)", need: need(runtime))
    }

    private static let classicalRuntimes = [
        1: RuntimeVersion(0, 1), 2: RuntimeVersion(1, 0), 3: RuntimeVersion(1, 12), 4: RuntimeVersion(1, 17),
    ]

    /// The opset of classical models: trees, scalers, encoders.
    static func classicalOpset(_ version: Int) -> RuntimeRequirement {
        RuntimeRequirement(subject: "ai.onnx.ml opset \(version)", need: need(classicalRuntimes[version]))
    }

    private static func need(_ runtime: RuntimeVersion?) -> Need {
        runtime.map(Need.atLeast) ?? .newerThanKnown
    }
}

extension ModelFile {
    /// What the model asks of ONNX Runtime, one line per reason. Operators of other domains are not judged.
    package var runtimeRequirements: [RuntimeRequirement] {
        var requirements = [RuntimeRequirement.irVersion(irVersion)]
        if let version = opsets[OperatorName.defaultDomain] { requirements.append(.opset(version)) }
        if let version = opsets["ai.onnx.ml"] { requirements.append(.classicalOpset(version)) }
        return requirements
    }

    /// The oldest ONNX Runtime that meets every requirement; nil when one of them cannot be told.
    package var minimumRuntime: RuntimeVersion? {
        var oldest = RuntimeVersion(0, 1)
        for requirement in runtimeRequirements {
            guard case .atLeast(let version) = requirement.need else { return nil }
            oldest = max(oldest, version)
        }
        return oldest
    }

    /// The requirements that `runtime` is known to fail, so that a refusal can name its reason.
    package func unmetRequirements(by runtime: RuntimeVersion) -> [RuntimeRequirement] {
        runtimeRequirements.filter { requirement in
            guard case .atLeast(let version) = requirement.need else { return false }
            return runtime < version
        }
    }
}
