package import Core
internal import Images

/// A station whose frames are pushed over HTTP. A frame that names a part belongs to that part; one that does not belongs to
/// the part that alone can own it (`FrameClaims`).
///
/// Concurrency: confined to the station's decision thread.
package final class PushSource: FrameSource {
    package static let address = "push://"
    private static let turn = 2 * Span64.millisecond

    package let name = PushSource.address
    private let post: FramePost
    private let decoder: FrameDecoder
    private let format: PixelFormat

    package init(_ post: FramePost, release: ReleaseFile) throws(Fault) {
        self.post = post
        decoder = try FrameDecoder()
        format = release.preprocessing.format
    }

    package var status: SourceStatus {
        var status = SourceStatus()
        (status.frames, status.lost) = post.counts
        status.text = "frames pushed over HTTP"
        return status
    }

    package func expect(_ sighting: PartSighting) { post.expect(sighting) }
    package func forget(_ key: PartKey) { post.forget(key) }
    package func tend(heard: Instant) { post.sort(heard: heard, .now) }

    package func frame(of key: PartKey, until deadline: Instant, tend: () -> Void) throws(FrameTrouble) -> SourceFrame {
        while true {
            if let pushed = try post.take(for: key) {
                do throws(Fault) {
                    let view = try decoder.decode(pushed.bytes, as: format)
                    return SourceFrame(view: view, file: pushed.bytes, id: pushed.id)
                } catch { throw FrameTrouble(reason: .inputInvalid, text: error.message) }
            }
            guard Instant.now < deadline else { throw post.absence("no frame was pushed in time") }
            tend()
            Pause.nanoseconds(Self.turn)
        }
    }
}
