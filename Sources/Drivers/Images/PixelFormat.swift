internal import CImages
package import Core

extension PixelFormat {
    /// What a model of so many channels wants its frames to be decoded to.
    package init(channels: Int) { self = channels == 1 ? .grey8 : .rgb8 }
}

/// What no picture exceeds, whether it comes from a file or a camera.
package enum PictureLimit {
    package static let sideMax = Int(LS_IMAGE_SIDE_MAX)
    package static let pixelsMax = Int(LS_IMAGE_PIXELS_MAX)

    package static func holds(width: Int, height: Int) -> Bool {
        (1...sideMax).contains(width) && (1...sideMax).contains(height) && width * height <= pixelsMax
    }
}
