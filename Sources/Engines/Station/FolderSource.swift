package import Core
internal import Files
internal import Images

/// Plays a folder's pictures, one a part, in the order of their names.
///
/// Concurrency: confined to the station's decision thread.
package final class FolderSource: FrameSource {
    package let name: String
    package let rate: Double?
    package private(set) var status = SourceStatus()
    private let folder: String
    private let loops: Bool
    private let format: PixelFormat
    private let decoder: FrameDecoder
    private var names: [String] = []
    private var next = 0
    private static let ends = [".jpg", ".jpeg", ".png", ".bmp"]
    private static let fileBytesMax = 256 << 20

    package init(_ address: String, format: PixelFormat) throws(Fault) {
        let parts = try SourceAddress(address, scheme: "folder", keys: ["loop", "rate"])
        let loop = parts.text("loop") ?? "yes"
        guard ["yes", "no"].contains(loop) else { throw Fault(.invalid, "camera '\(address)': loop is yes or no") }
        loops = loop == "yes"
        name = address
        rate = try parts.number("rate", in: 0.01...200)
        folder = parts.place
        self.format = format
        decoder = try FrameDecoder()
        guard FileAccess.isFolder(folder) else {
            throw Fault(.notFound, "camera '\(address)': no folder at \(folder)", hint: "write folder:///absolute/path")
        }
        try read()
        guard !names.isEmpty else {
            throw Fault(
                .notFound, "camera '\(address)': no pictures in \(folder)", hint: "it plays JPEG, PNG and BMP files")
        }
        status.text = "\(names.count) pictures of \(folder)"
    }

    private func read() throws(Fault) {
        names = try FileAccess.names(in: folder).filter { name in
            Self.ends.contains { name.lowercased().hasSuffix($0) }
        }
    }

    package func frame(of key: PartKey, until deadline: Instant, tend: () -> Void) throws(FrameTrouble) -> SourceFrame {
        if next >= names.count {
            guard loops else {
                throw FrameTrouble(reason: .deviceFault, text: "every picture of \(folder) has been shown")
            }
            next = 0
        }
        let path = folder + "/" + names[next]
        next += 1
        do throws(Fault) {
            let file = try FileAccess.read(path, limit: Self.fileBytesMax)
            let view = try decoder.decode(file, as: format)
            status.frames += 1
            return SourceFrame(view: view, file: file, id: status.frames)
        } catch {
            throw FrameTrouble(reason: .inputInvalid, text: "\(path): \(error.message)")
        }
    }
}
