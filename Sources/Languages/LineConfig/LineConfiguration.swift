package import Core
internal import JSON

/// A station and its PLC, as `line.json` declares them. Spans are nanoseconds. The contract is in docs/spec/line.md.
package struct LineConfiguration: Hashable, Sendable {
    package struct PLC: Hashable, Sendable {
        package enum Role: String, Hashable, Sendable { case client, server }
        package var address = "modbus://127.0.0.1:5020?unit=1"
        /// `client`: the node asks the PLC; `server`: the PLC asks the node.
        package var role = Role.client
        package var requestBase = 0
        package var resultBase = 100
        package var period = 5 * Span64.millisecond
        package var replyWithin = 50 * Span64.millisecond
        package var hold = 20 * Span64.millisecond
        package var plcSilence = 100 * Span64.millisecond
        package var stationSilence = 100 * Span64.millisecond
        package var priority = 50
        package var processor: Int?
    }

    package struct Page: Hashable, Sendable {
        package var host = "127.0.0.1"
        package var port = 8080
        package var tokenFile: String?
    }

    package struct Frames: Hashable, Sendable {
        package var bytesMax = 8 << 30
        package var freeBytesMin = 1 << 30
        package var passSample = 100
    }

    /// Parts that another model judges.
    package struct Route: Hashable, Sendable {
        package let name: String
        package let model: String
        package let camera: String?
        package let partNumbers: ClosedRange<Int>?
        package let brightness: ClosedRange<Double>?
        package let width: ClosedRange<Int>?
        package let height: ClosedRange<Int>?
    }

    package var station = "station"
    package var camera = "sim://"
    package var model = ""
    package var mailbox = ""
    package var state = "lineside-state"
    package var failSafe = Verdict.reject
    package var queueDepth = 2
    /// From the trigger to the moment at which the PLC process shows the fail-safe.
    package var decideWithin = 100 * Span64.millisecond
    package var ageLimit = 100 * Span64.millisecond
    package var frameWithin = 60 * Span64.millisecond
    /// Frames that come sooner after a trigger were taken before it; nil for what the camera's address says.
    package var frameAfter: UInt64?
    /// How much later than `frameWithin` a frame may still come.
    package var frameLate = 60 * Span64.millisecond
    package var threads = 1
    /// Of the real-time class, for the decision thread; the engine's threads come right below it. 0 for none.
    package var priority = 40
    package var plc = PLC()
    package var page = Page()
    package var frames = Frames()
    package var routes: [Route] = []
    /// When a release is taken back, in the words of whoever watches it.
    package var watch: Datum?

    package init() {}

    private static let keys = [
        "station", "camera", "model", "mailbox", "state", "fail_safe", "queue_depth", "decide_within_ms",
        "age_limit_ms", "frame_within_ms", "frame_after_ms", "frame_late_ms", "threads", "priority", "plc", "page",
        "frames", "routes", "watch",
    ]

    /// Reads `text`; relative paths in it begin where the file lies.
    package init(parsing text: [UInt8], file: String) throws(Fault) {
        let document = JSONDocument()
        let root = try document.parse(text, named: file)
        let top = try ConfigReader(root, file: file, path: "", keys: Self.keys)
        let folder = PathName.folder(of: file)
        func path(_ text: String) -> String { text.hasPrefix("/") ? text : folder + "/" + text }
        station = try top.text("station") ?? station
        guard station.utf8.count <= 64, station.utf8.allSatisfy(Self.isNameByte) else {
            throw Fault(.invalid, "\(file): station must be letters, digits, - and _, at most 64")
        }
        camera = try top.text("camera") ?? camera
        guard let model = try top.text("model") else {
            throw Fault(
                .invalid, "\(file): model is missing", hint: "name an ONNX file, or a folder that holds model.onnx")
        }
        self.model = path(model)
        mailbox = try top.text("mailbox").map(path) ?? ""
        state = path(try top.text("state") ?? state)
        if try top.choice("fail_safe", of: ["REJECT", "REVIEW"]) == "REVIEW" { failSafe = .review }
        queueDepth = try top.int("queue_depth", in: 1...64) ?? queueDepth
        decideWithin = try top.milliseconds("decide_within_ms", in: 5...60_000) ?? decideWithin
        ageLimit = try top.milliseconds("age_limit_ms", in: 5...60_000) ?? decideWithin
        frameWithin = try top.milliseconds("frame_within_ms", in: 1...60_000) ?? min(frameWithin, decideWithin * 6 / 10)
        frameAfter = try top.milliseconds("frame_after_ms", in: 0...60_000)
        frameLate = try top.milliseconds("frame_late_ms", in: 0...60_000) ?? frameWithin
        threads = try top.int("threads", in: 1...64) ?? threads
        priority = try top.int("priority", in: 0...90) ?? priority
        plc = try PLC(top.value("plc"), file)
        page = try Page(top.value("page"), file)
        page.tokenFile = page.tokenFile.map(path)
        frames = try Frames(top.value("frames"), file)
        routes = try Route.list(top.value("routes"), file, path)
        watch = top.value("watch")?.datum
        try check(file)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// Values that are possible alone and not together.
    private func check(_ file: String) throws(Fault) {
        guard frameWithin < decideWithin else {
            throw Fault(
                .invalid,
                "\(file): frame_within_ms must be below decide_within_ms (\(decideWithin / Span64.millisecond))")
        }
        guard (frameAfter ?? 0) < frameWithin else {
            throw Fault(
                .invalid,
                "\(file): frame_after_ms must be below frame_within_ms (\(frameWithin / Span64.millisecond))")
        }
        // The trigger is seen a period after the last look, and the verdict read a period later.
        try check(decideWithin, "decide_within_ms", periods: 3, file)
        try check(ageLimit, "age_limit_ms", periods: 3, file)
        // A change can be seen once a period.
        try check(plc.plcSilence, "plc.plc_silence_ms", periods: 2, file)
        try check(plc.stationSilence, "plc.station_silence_ms", periods: 2, file)
    }

    private func check(_ span: UInt64, _ key: String, periods: UInt64, _ file: String) throws(Fault) {
        let least = periods * plc.period
        guard span < least else { return }
        throw Fault(
            .invalid,
            "\(file): \(key) must be milliseconds from \(Double(least) / 1e6) to 60000.0, \(periods) times plc.period_ms"
        )
    }
}

extension LineConfiguration.PLC {
    private static let keys = [
        "address", "role", "request_base", "result_base", "period_ms", "reply_within_ms", "hold_ms", "plc_silence_ms",
        "station_silence_ms", "priority", "processor",
    ]
    /// Registers of one block; the blocks must not overlap.
    private static let blockRegisters = 16

    init(_ node: JSONNode?, _ file: String) throws(Fault) {
        let reader = try ConfigReader(node, file: file, path: "plc", keys: Self.keys)
        address = try reader.text("address") ?? address
        if let word = try reader.choice("role", of: ["client", "server"]) { role = Role(rawValue: word) ?? role }
        requestBase = try reader.int("request_base", in: 0...65_000) ?? requestBase
        resultBase = try reader.int("result_base", in: 0...65_000) ?? resultBase
        guard abs(requestBase - resultBase) >= Self.blockRegisters else {
            throw Fault(
                .invalid, "\(file): plc.request_base and plc.result_base must lie at least \(Self.blockRegisters) apart"
            )
        }
        // The PLC takes the fail-safe after 20 ms without a change of HEARTBEAT, which is one a period.
        period = try reader.milliseconds("period_ms", in: 0.1...10) ?? period
        replyWithin = try reader.milliseconds("reply_within_ms", in: 1...1000) ?? replyWithin
        hold = try reader.milliseconds("hold_ms", in: 1...10_000) ?? hold
        plcSilence = try reader.milliseconds("plc_silence_ms", in: 10...60_000) ?? plcSilence
        stationSilence = try reader.milliseconds("station_silence_ms", in: 20...60_000) ?? stationSilence
        priority = try reader.int("priority", in: 0...99) ?? priority
        processor = try reader.int("processor", in: 0...1023)
    }
}

extension LineConfiguration.Page {
    init(_ node: JSONNode?, _ file: String) throws(Fault) {
        let reader = try ConfigReader(node, file: file, path: "page", keys: ["host", "port", "token_file"])
        host = try reader.text("host") ?? host
        port = try reader.int("port", in: 0...65_535) ?? port
        tokenFile = try reader.text("token_file")
    }
}

extension LineConfiguration.Frames {
    init(_ node: JSONNode?, _ file: String) throws(Fault) {
        let reader = try ConfigReader(
            node, file: file, path: "frames", keys: ["bytes_max", "free_bytes_min", "pass_sample"])
        bytesMax = try reader.bytes("bytes_max") ?? bytesMax
        freeBytesMin = try reader.bytes("free_bytes_min") ?? freeBytesMin
        passSample = try reader.int("pass_sample", in: 0...1_000_000) ?? passSample
    }
}

extension LineConfiguration.Route {
    private static let keys = ["name", "model", "camera", "part_number", "brightness", "width", "height"]

    static func list(_ node: JSONNode?, _ file: String, _ path: (String) -> String) throws(Fault) -> [Self] {
        guard let node else { return [] }
        guard node.kind == .array else { throw Fault(.invalid, "\(file): routes must be an array") }
        guard node.count == 0 || node.packed == nil else {
            throw Fault(.invalid, "\(file): routes[0] must be a JSON object")
        }
        var routes: [Self] = []
        try node.forEachElement { element throws(Fault) in
            routes.append(try Self(element, file, "routes[\(routes.count)]", path))
        }
        return routes
    }

    private init(_ node: JSONNode, _ file: String, _ place: String, _ path: (String) -> String) throws(Fault) {
        let reader = try ConfigReader(node, file: file, path: place, keys: Self.keys)
        guard let model = try reader.text("model") else { throw Fault(.invalid, "\(file): \(place).model is missing") }
        name = try reader.text("name") ?? place
        self.model = path(model)
        camera = try reader.text("camera")
        partNumbers = try reader.range("part_number", within: 0...65_535)
        brightness = try reader.range("brightness", within: 0...255)
        width = try reader.range("width", within: 1...16_384)
        height = try reader.range("height", within: 1...16_384)
        guard camera != nil || partNumbers != nil || brightness != nil || width != nil || height != nil else {
            throw Fault(
                .invalid, "\(file): \(place) fits every part",
                hint: "name camera, part_number, brightness, width or height")
        }
    }
}
