internal import Core
internal import Crypto
internal import Images
internal import PartLedger

/// What was seen and measured while a part was judged.
package struct Evidence: Sendable {
    var release: ReleaseFile?
    /// From the trigger to the moment at which the station turned to the part.
    var trigger: UInt64 = 0
    var acquire: UInt64 = 0
    var preprocess: UInt64 = 0
    var queue: UInt64 = 0
    var run: UInt64 = 0
    /// When the model was done.
    var finished: Instant?
    var answer: ModelAnswer?
    var trouble = ""
    /// The frame as a file, for the ledger and the screen.
    private(set) var frame: KeptFrame?

    mutating func keep(_ source: SourceFrame) { frame = KeptFrame(source) }
}

/// A frame as a file: the one that it came in, or a bitmap of its pixels.
struct KeptFrame: Sendable {
    let bytes: [UInt8]
    let format: FrameFormat
    let digest: SHA256Digest
    let number: UInt64
    let deviceNanoseconds: UInt64?

    init(_ source: SourceFrame) {
        if let file = source.file {
            bytes = file
            format = file.starts(with: [0xff, 0xd8]) ? .jpg : file.starts(with: [0x89, 0x50]) ? .png : .bmp
        } else {
            bytes = BitmapWriter.file(source.view)
            format = .bmp
        }
        digest = SHA256.digest(of: bytes)
        number = source.id
        deviceNanoseconds = source.deviceNanoseconds
    }

    var mediaType: StaticString {
        switch format {
        case .bmp: "image/bmp"
        case .jpg: "image/jpeg"
        case .png: "image/png"
        }
    }
}

/// Where on the part the model saw something: levels from 0 to 255.
struct Heatmap: Hashable, Sendable {
    let width: Int
    let height: Int
    let levels: [UInt8]
    private static let sideMax = 512

    init?(_ values: UnsafeMutableBufferPointer<Float>, width: Int, height: Int) {
        guard (1...Self.sideMax).contains(width), (1...Self.sideMax).contains(height), values.count == width * height
        else {
            return nil
        }
        self.width = width
        self.height = height
        levels = (0..<values.count).map { place in
            let value = unsafe values[place]
            return value.isFinite ? UInt8(max(0, min(255, value * 255))) : 255
        }
    }
}
