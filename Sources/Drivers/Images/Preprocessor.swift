internal import CImages
package import Core

/// Turns frames into tensors, in one pass over the pixels that count, straight to where the engine reads. It plans for
/// a size of frame when it first sees it, and allocates nothing while the size stays.
///
/// One thread at a time.
@safe package final class Preprocessor {
    /// The best instructions that may be used. Every kind gives the same bits.
    package enum Instructions: Int32, Hashable, Sendable, CaseIterable {
        case portable = 0
        case sse41 = 1
        case avx2 = 2
    }

    package let preprocessing: Preprocessing
    private let handle: OpaquePointer

    package init(_ preprocessing: Preprocessing, instructions: Instructions = .avx2) throws(Fault) {
        try preprocessing.check()
        self.preprocessing = preprocessing
        var wanted = ls_preprocessing(preprocessing, instructions)
        guard let made = unsafe ls_preprocessor_make(&wanted) else {
            throw Fault(.exhausted, "there is no memory for preprocessing")
        }
        unsafe handle = unsafe made
    }

    deinit { unsafe ls_preprocessor_free(handle) }

    /// Fills `preprocessing.elementCount` floats. Throws only when there is no memory for a new size of frame.
    package func write(_ frame: FrameView, into tensor: UnsafeMutablePointer<Float>) throws(Fault) {
        var source = unsafe frame.frame
        guard unsafe ls_preprocessor_run(handle, &source, tensor) else {
            throw Fault(.exhausted, "there is no memory to resize frames of \(frame.width) x \(frame.height) pixels")
        }
    }

    /// The same, as a new array.
    package func tensor(_ frame: FrameView) throws(Fault) -> [Float] {
        var fault: Fault?
        let tensor = unsafe [Float](unsafeUninitializedCapacity: preprocessing.elementCount) { buffer, count in
            guard let start = buffer.baseAddress else { return }
            do throws(Fault) {
                unsafe try write(frame, into: start)
                count = preprocessing.elementCount
            } catch { fault = error }
        }
        if let fault { throw fault }
        return tensor
    }
}

extension ls_preprocessing {
    init(_ wanted: Preprocessing, _ instructions: Preprocessor.Instructions) {
        let mode =
            switch wanted.mode {
            case .bilinear: LS_BILINEAR
            case .area: LS_AREA
            case .letterbox: LS_LETTERBOX
            case .centreCrop: LS_CENTRE_CROP
            }
        self.init(
            mode: Int32(mode), width: Int32(wanted.width), height: Int32(wanted.height),
            channels: Int32(wanted.channels), is_bgr: wanted.order == .bgr ? 1 : 0, pad: Int32(wanted.pad),
            instructions: instructions.rawValue, mean: (wanted.mean[0], wanted.mean[1], wanted.mean[2]),
            deviation: (wanted.deviation[0], wanted.deviation[1], wanted.deviation[2]))
    }
}
