package import Core

/// How a frame becomes a model's input. A release declares it, because a model that was trained on one kind of resizing
/// judges another kind wrongly; a golden tensor (see `GoldenPicture`) proves that training and serving mean the same.
///
/// The steps, each bit for bit what OpenCV and numpy compute:
/// 1. a colour frame for a one-channel model: `cv2.cvtColor(COLOR_RGB2GRAY)`
/// 2. resizing of bytes, see `Mode`
/// 3. `float32(level) / 255`
/// 4. `(value - mean) / deviation`, in float32, where they are not 0 and 1
/// 5. planes one after the other, in `order`; a grey frame fills all of a colour model's planes.
package struct Preprocessing: Hashable, Sendable, BitwiseCopyable {
    package enum Mode: String, Hashable, Sendable, CaseIterable, BitwiseCopyable {
        /// `cv2.resize(INTER_LINEAR)`.
        case bilinear
        /// `cv2.resize(INTER_AREA)`.
        case area
        /// Bilinear to the largest size of the picture's own shape that fits: one side is the tensor's, the other is
        /// Python's `round(side * tensor_side / picture_side)` (halves to even), at least 1. Placed at
        /// `(tensor - size) // 2`, so an odd rest goes to the right and below; around it is `pad`.
        case letterbox
        /// Bilinear to the smallest size of the picture's own shape that covers the tensor, rounded in the same way; of
        /// that the window from `(size - tensor) // 2` on.
        case centreCrop = "centre-crop"
    }

    package enum Order: String, Hashable, Sendable, CaseIterable, BitwiseCopyable {
        case rgb
        case bgr
    }

    package var mode: Mode
    package var width: Int
    package var height: Int
    package var channels: Int
    package var order: Order
    /// By the tensor's planes, after the division by 255.
    package var mean: SIMD3<Float>
    package var deviation: SIMD3<Float>
    /// The level around a letterbox.
    package var pad: Int

    package init(
        mode: Mode = .bilinear, width: Int, height: Int, channels: Int = 3, order: Order = .rgb,
        mean: SIMD3<Float> = .zero, deviation: SIMD3<Float> = .one, pad: Int = 114
    ) {
        self.mode = mode
        self.width = width
        self.height = height
        self.channels = channels
        self.order = order
        self.mean = mean
        self.deviation = deviation
        self.pad = pad
    }

    /// How many floats a tensor has.
    package var elementCount: Int { channels * width * height }
    /// What frames should be decoded to: training's `IMREAD_GRAYSCALE` for one channel, its `IMREAD_COLOR` for three.
    package var format: PixelFormat { PixelFormat(channels: channels) }

    /// Refuses what no model can mean.
    package func check() throws(Fault) {
        guard channels == 1 || channels == 3 else {
            throw Fault(.invalid, "preprocessing to \(channels) channels", hint: "a model's input has 1 or 3")
        }
        guard PictureLimit.holds(width: width, height: height) else {
            throw Fault(.invalid, "preprocessing to \(width) x \(height) pixels is out of bounds")
        }
        guard (0...255).contains(pad) else { throw Fault(.invalid, "a pad of \(pad) is not a level from 0 to 255") }
        for plane in 0..<channels {
            guard mean[plane].isFinite, deviation[plane].isFinite, deviation[plane] != 0 else {
                throw Fault(.invalid, "preprocessing by mean \(mean[plane]) and deviation \(deviation[plane])")
            }
        }
    }
}
