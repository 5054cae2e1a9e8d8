internal import CameraHost
internal import Cameras
internal import Core
internal import FrameRing
internal import Glibc
internal import Process

/// `lineside camera`: looks at one camera. The camera itself is in a process of its own, which is this verb too.
enum CameraVerb {
    static let verb = Verb(
        name: "camera", summary: "look at a camera: its frames, their rhythm, and what gets lost",
        usage: "camera ADDRESS [OPTIONS]",
        flags: [
            Flag("count", "N", "how many frames to look at (10); 0: until stopped"),
            Flag("duration", "SECONDS", "how long to look at most"),
            Flag("out", "DIR", "write each frame there, as PGM or PPM"),
            Flag("in-order", "every frame that can be had, not the newest"),
            Flag("pull", "MS", "ask for a picture so often; the address must say trigger=Software"),
            Flag("wait", "do not give up when the camera is not there"),
            Flag("quiet", "only the summary"),
            Flag("cell", "BYTES", "room for one frame in shared memory (32MiB)"), Options.output,
            Flag("frames-fd", "FD", "the shared memory, for the process that reads the camera (not for people)"),
            Flag("priority", "N", "of the real-time class, for that process"),
            Flag("control-fd", "FD", "its line to the process that started it"),
        ],
        notes: """
            addresses: gige://[ID, SERIAL or IP]?trigger=Line1|Software&size=1920x1080&offset=0x0&format=Mono8|RGB8
                           &exposure=US&gain=DB&rate=FPS&packet=BYTES&retention=MS
                       v4l2:///dev/video0?size=1920x1080&rate=30&format=grey|yuyv|rgb|mjpeg&pixels=grey|rgb
                       rtsp://USER:PASSWORD@HOST:PORT/PATH?transport=tcp|udp&latency=MS&pixels=grey|rgb
                       gst:PIPELINE, or gst?timeout=MS:PIPELINE
            every kind: timeout=MS (no frame for so long is a lost camera; 0: never), connect=MS, queue=FRAMES
            """,
        run: run)

    private static func run(_ options: Options) throws -> Int32 {
        if let descriptor = try options.int("frames-fd", in: 3...1 << 20) {
            // The library's threads are started by this one and inherit its class.
            _ = RealTime.claim(priority: try options.int("priority", in: 0...98) ?? 0)
            return try feed(Int32(descriptor), try options.int("control-fd", in: 3...1 << 20).map { Int32($0) })
        }
        let address: CameraAddress
        do throws(Fault) { address = try CameraAddress(parsing: try word(options)) } catch {
            throw UsageFault(message: "\(error)")
        }
        let ring = try FrameRing(cellBytes: try options.bytes("cell")?.bytes ?? FrameRing.usualCellBytes)
        ring.address = address.text
        var watch = CameraWatch(address, ring, try CameraWatch.Wishes(options))
        return try watch.run()
    }

    private static func word(_ options: Options) throws(Fault) -> String {
        do throws(UsageFault) { return try options.onlyWord("a camera's address") } catch {
            throw Fault(.invalid, error.message)
        }
    }

    /// The camera's own process. It ends with the one that started it: their line closes, whichever way that one goes.
    private static func feed(_ descriptor: Int32, _ control: Int32?) throws -> Int32 {
        Signals.ignoreInterrupts()
        let ring = try FrameRing(attachedTo: descriptor)
        let address = try CameraAddress(parsing: ring.address)
        let feed = CameraFeed(address, into: FrameRingWriter(ring))
        if let control {
            Lane.start("control") {
                let line = ControlSocket(inherited: control)
                while line.listen() != .closed {}
                feed.leave()
                Pause.nanoseconds(Span64.second)
                _exit(0)
            }
        }
        try feed.run()
        return ExitCode.ok
    }
}
