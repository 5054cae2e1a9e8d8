/// How a kept frame is encoded: the end of its file's name.
package enum FrameFormat: String, Hashable, Sendable, CaseIterable {
    case bmp, jpg, png
}
