import Cameras
import Core
import Testing

@Suite struct CameraAddressTests {
    private func gigE(_ text: String) throws -> GigESettings {
        guard case .gigE(let settings) = try CameraAddress(parsing: text).source else {
            throw Fault(.invalid, "\(text) is no GigE address")
        }
        return settings
    }

    private func pipeline(_ text: String) throws -> String {
        guard case .pipeline(let pipeline) = try CameraAddress(parsing: text).source else {
            throw Fault(.invalid, "\(text) is no pipeline")
        }
        return pipeline
    }

    @Test func anEmptyPlaceIsTheFirstCameraFound() throws {
        #expect(try gigE("gige://") == GigESettings())
        #expect(try gigE("gige:///") == GigESettings())
    }

    @Test func everyGigEParameterIsRead() throws {
        var wanted = GigESettings()
        wanted.device = "192.168.1.20"
        wanted.trigger = "Line1"
        wanted.pixelFormat = "Mono8"
        wanted.region = GigESettings.Region(width: 640, height: 480, left: 16, top: 0)
        wanted.exposureMicroseconds = 8000
        wanted.gainDecibels = -1.5
        wanted.framesPerSecond = 30
        wanted.packetBytes = 9000
        wanted.retentionMilliseconds = 40
        let text =
            "gige://192.168.1.20?trigger=Line1&format=Mono8&size=640x480&offset=16x0&exposure=8000&gain=-1.5&rate=30"
            + "&packet=9000&retention=40"
        #expect(try gigE(text) == wanted)
    }

    @Test func aNameMayHoldBlanks() throws {
        #expect(try gigE("gige://Acme%20Vision-42?trigger=Software").device == "Acme Vision-42")
    }

    struct Patience: Sendable {
        let text: String
        let milliseconds: UInt64?
    }

    @Test(arguments: [
        Patience(text: "gige://", milliseconds: 1000),
        Patience(text: "gige://?rate=0.5", milliseconds: 6000),
        Patience(text: "gige://?rate=100", milliseconds: 1000),
        Patience(text: "gige://?trigger=Line1", milliseconds: nil),
        Patience(text: "gige://?trigger=Line1&timeout=250", milliseconds: 250),
        Patience(text: "gige://?timeout=0", milliseconds: nil),
        Patience(text: "v4l2:///dev/video0", milliseconds: 1000),
        Patience(text: "rtsp://host/path", milliseconds: 2000),
        Patience(text: "gst:videotestsrc", milliseconds: 2000),
        Patience(text: "gst?timeout=300:videotestsrc", milliseconds: 300),
    ])
    func silenceIsALossAfter(_ patience: Patience) throws {
        let address = try CameraAddress(parsing: patience.text)
        #expect(address.silence == patience.milliseconds.map { $0 * Span64.millisecond })
    }

    @Test func queueAndConnectAreForEveryKind() throws {
        for text in ["gige://?", "v4l2:///dev/video0?", "rtsp://host/path?"] {
            let address = try CameraAddress(parsing: text + "queue=7&connect=900")
            #expect(address.queue == 7 && address.connect == 900 * Span64.millisecond)
        }
    }

    struct Words: Sendable {
        let address: String
        let pipeline: String
    }

    @Test(arguments: [
        Words(address: "v4l2:///dev/video0", pipeline: "v4l2src device=\"/dev/video0\" ! decodebin"),
        Words(
            address: "v4l2:///dev/video0?size=1920x1080&rate=30&format=mjpeg&pixels=grey",
            pipeline: "v4l2src device=\"/dev/video0\" ! image/jpeg,width=1920,height=1080,framerate=30/1 ! decodebin"
                + " ! videoconvert ! video/x-raw,format=GRAY8"),
        Words(
            address: "v4l2:///dev/v4l/by-id/a%22b?format=yuyv",
            pipeline: "v4l2src device=\"/dev/v4l/by-id/a\\\"b\" ! video/x-raw,format=YUY2 ! decodebin"),
        Words(address: "gst: videotestsrc is-live=true ! ", pipeline: "videotestsrc is-live=true"),
    ])
    func becomes(_ words: Words) throws { #expect(try pipeline(words.address) == words.pipeline) }

    @Test func aPersonIsKeptOutOfTheLocation() throws {
        let text = try pipeline("rtsp://anna:s%22e%40cret@cam.local:8554/live?transport=udp&latency=20")
        #expect(text.contains("location=\"rtsp://cam.local:8554/live\""))
        #expect(text.contains("user-id=\"anna\" user-pw=\"s\\\"e@cret\""))
        #expect(text.contains("protocols=udp latency=20"))
    }

    @Test func aCamerasOwnParametersStayItsOwn() throws {
        let text = try pipeline("rtsp://cam/live?channel=1&transport=tcp&subtype=0")
        #expect(text.contains("location=\"rtsp://cam/live?channel=1&subtype=0\""))
    }

    @Test(arguments: [
        "rtsp://anna:secret@cam/live", "rtsps://anna:secret@cam/live?transport=tcp", "rtsp://a:se:cret@x@cam/live",
        "rtsp://anna:secret@cam/live?transport=pigeon",
    ])
    func passwordsAreNotPrinted(_ text: String) {
        do throws(Fault) { #expect(!"\(try CameraAddress(parsing: text))".contains("cret")) } catch {
            #expect(!"\(error)".contains("cret"))
        }
    }

    @Test(arguments: ["gige://?trigger=Line1", "gst:videotestsrc ! video/x-raw,format=GRAY8", "rtsp://cam/live"])
    func printsAsItWasWritten(_ text: String) throws { #expect("\(try CameraAddress(parsing: text))" == text) }

    struct Refusal: Sendable {
        let text: String
        let names: [String]
    }

    @Test(arguments: [
        Refusal(text: "", names: ["gige://", "gst:"]),
        Refusal(text: "/dev/video0", names: ["/dev/video0", "v4l2://"]),
        Refusal(text: "http://host/", names: ["http://host/", "rtsp://"]),
        Refusal(text: "gige://?exposre=10", names: ["gige://", "exposre", "exposure"]),
        Refusal(text: "gige://?exposure=fast", names: ["gige://", "exposure=fast", "microseconds"]),
        Refusal(text: "gige://?exposure=nan", names: ["exposure=nan"]),
        Refusal(text: "gige://?exposure=0", names: ["exposure=0"]),
        Refusal(text: "gige://?rate=1&rate=2", names: ["rate", "twice"]),
        Refusal(text: "gige://?packet=100000", names: ["packet=100000", "576"]),
        Refusal(text: "gige://?trigger", names: ["gige://", "trigger"]),
        Refusal(text: "gige://?offset=1x1", names: ["offset", "size"]),
        Refusal(text: "gige://a/b", names: ["a/b"]),
        Refusal(text: "gige://%4", names: ["%4"]),
        Refusal(text: "gige://?format=%zz", names: ["format=%zz"]),
        Refusal(text: "v4l2://video0", names: ["v4l2://", "video0", "v4l2:///dev/video0"]),
        Refusal(text: "v4l2:///dev/video0?size=1920", names: ["size=1920", "1920x1080"]),
        Refusal(text: "v4l2:///dev/video0?size=0x10", names: ["size=0x10"]),
        Refusal(text: "v4l2:///dev/video0?format=raw", names: ["format=raw", "yuyv"]),
        Refusal(text: "v4l2:///dev/video0?exposure=1", names: ["v4l2://", "exposure"]),
        Refusal(text: "rtsp:///path", names: ["rtsp://", "host"]),
        Refusal(text: "rtsp://cam/live?transport=pigeon", names: ["transport=pigeon", "tcp or udp"]),
        Refusal(text: "rtsp://cam/live?latency=-1", names: ["latency=-1"]),
        Refusal(text: "gst:", names: ["gst:", "empty"]),
        Refusal(text: "gst?timeout=1", names: ["gst:", "missing"]),
        Refusal(text: "gst?speed=1:videotestsrc", names: ["gst:", "speed"]),
        Refusal(text: "gige://\u{1}", names: ["control"]),
    ])
    func refuses(_ refusal: Refusal) {
        let fault = #expect(throws: Fault.self) { try CameraAddress(parsing: refusal.text) }
        for name in refusal.names { #expect(fault?.description.contains(name) == true, "\(fault?.description ?? "")") }
    }

    @Test func refusesWhatIsTooLong() {
        #expect(throws: Fault.self) { try CameraAddress(parsing: "gst:" + String(repeating: "x", count: 3000)) }
    }
}
