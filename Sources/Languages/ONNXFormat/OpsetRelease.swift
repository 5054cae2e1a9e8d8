/// A version of ONNX's own operator set: the ONNX release that brought it, and the first ONNX Runtime that loads it.
package struct OpsetRelease: Hashable, Sendable {
    package let opset: Int
    /// The ONNX release, as its version page spells it.
    package let onnx: String
    /// The file format version that release writes unless told otherwise.
    package let irVersion: Int
    package let runtime: RuntimeVersion

    // > All versions of ONNX Runtime support ONNX opsets from ONNX v1.2.1+ (opset version 7 and higher).
    // <https://onnxruntime.ai/docs/reference/compatibility.html>, whose table gives the runtimes to 1.20. Opsets
    // from 22 on: the first release that was seen to load them, which another release may have done a little sooner.
    // ONNX's own releases: <https://github.com/onnx/onnx/blob/main/docs/Versioning.md>
    package static let all: [OpsetRelease] = [
        OpsetRelease(opset: 7, onnx: "1.2", irVersion: 3, runtime: RuntimeVersion(0, 1)),
        OpsetRelease(opset: 8, onnx: "1.3", irVersion: 3, runtime: RuntimeVersion(0, 1)),
        OpsetRelease(opset: 9, onnx: "1.4.1", irVersion: 4, runtime: RuntimeVersion(0, 3)),
        OpsetRelease(opset: 10, onnx: "1.5.0", irVersion: 5, runtime: RuntimeVersion(0, 4)),
        OpsetRelease(opset: 11, onnx: "1.6.0", irVersion: 6, runtime: RuntimeVersion(1, 0)),
        OpsetRelease(opset: 12, onnx: "1.7.0", irVersion: 7, runtime: RuntimeVersion(1, 3)),
        OpsetRelease(opset: 13, onnx: "1.8.0", irVersion: 7, runtime: RuntimeVersion(1, 6)),
        OpsetRelease(opset: 14, onnx: "1.9.0", irVersion: 7, runtime: RuntimeVersion(1, 8)),
        OpsetRelease(opset: 15, onnx: "1.10.0", irVersion: 8, runtime: RuntimeVersion(1, 9)),
        OpsetRelease(opset: 16, onnx: "1.11.0", irVersion: 8, runtime: RuntimeVersion(1, 11)),
        OpsetRelease(opset: 17, onnx: "1.12.0", irVersion: 8, runtime: RuntimeVersion(1, 12)),
        OpsetRelease(opset: 18, onnx: "1.13.0", irVersion: 8, runtime: RuntimeVersion(1, 14)),
        OpsetRelease(opset: 19, onnx: "1.14.0", irVersion: 9, runtime: RuntimeVersion(1, 15)),
        OpsetRelease(opset: 20, onnx: "1.15.0", irVersion: 9, runtime: RuntimeVersion(1, 17)),
        OpsetRelease(opset: 21, onnx: "1.16.0", irVersion: 10, runtime: RuntimeVersion(1, 18)),
        OpsetRelease(opset: 22, onnx: "1.17.0", irVersion: 10, runtime: RuntimeVersion(1, 21)),
        OpsetRelease(opset: 23, onnx: "1.18.0", irVersion: 11, runtime: RuntimeVersion(1, 23)),
        OpsetRelease(opset: 24, onnx: "1.19.0", irVersion: 12, runtime: RuntimeVersion(1, 24)),
        OpsetRelease(opset: 25, onnx: "1.20.0", irVersion: 13, runtime: RuntimeVersion(1, 25)),
        OpsetRelease(opset: 26, onnx: "1.21.0", irVersion: 13, runtime: RuntimeVersion(1, 25)),
    ]

    /// The oldest ONNX Runtime that loads models of this opset; nil before 7 and after what this table knows.
    package static func minimumRuntime(for opset: Int) -> RuntimeVersion? {
        all.first { $0.opset == opset }?.runtime
    }
}
