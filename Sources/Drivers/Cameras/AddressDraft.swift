internal import Core

/// An address while it is read: one function a scheme.
struct AddressDraft {
    var source: CameraAddress.Source
    var silence: UInt64?
    var connect: UInt64 = 5 * Span64.second
    var queue: UInt32 = 3
    var delay: UInt64 = 0

    init(_ text: String, _ scheme: String) throws(Fault) {
        source = .pipeline("")
        switch scheme {
        case "gige://": try readGigE(text.dropFirst(scheme.count))
        case "v4l2://": try readV4L2(text.dropFirst(scheme.count))
        case "gst:": try readPipeline(text)
        default: try readRTSP(text.dropFirst(scheme.count), scheme)
        }
    }

    private mutating func readGigE(_ rest: Substring) throws(Fault) {
        var (place, parameters) = try Self.split(rest, scheme: "gige://")
        var settings = GigESettings()
        if place.hasSuffix("/") { place = place.dropLast() }
        guard let device = PercentText.strictlyDecoded(place), !device.contains("/") else {
            throw Fault(.invalid, "gige:// address: \"\(place)\" is neither an id, a serial number nor an IP address")
        }
        settings.device = device
        settings.trigger = parameters.text("trigger")
        settings.pixelFormat = parameters.text("format")
        settings.region = try Self.region(&parameters)
        settings.exposureMicroseconds = try parameters.number("exposure", in: 1...60_000_000, "microseconds")
        settings.gainDecibels = try parameters.number("gain", in: -100...100, "decibels")
        settings.framesPerSecond = try parameters.number("rate", in: 0.01...100_000, "frames a second")
        settings.packetBytes = try parameters.whole("packet", in: 576...16_000, "bytes")
        settings.retentionMilliseconds = try parameters.whole("retention", in: 1...10_000, "milliseconds")
        let period = settings.framesPerSecond.map { Span64.seconds(1 / $0) } ?? 0
        let usual = max(Span64.second, 3 * period)
        try readCommon(&parameters, silence: settings.trigger == nil ? usual : nil)
        try parameters.refuseLeftOver()
        source = .gigE(settings)
    }

    private mutating func readV4L2(_ rest: Substring) throws(Fault) {
        var (place, parameters) = try Self.split(rest, scheme: "v4l2://")
        guard let device = PercentText.strictlyDecoded(place), device.hasPrefix("/"), device.count > 1 else {
            throw Fault(
                .invalid, "v4l2:// address: \"\(place)\" is not the path of a device",
                hint: "write it as v4l2:///dev/video0")
        }
        let form = try parameters.choice("format", of: ["grey", "yuyv", "rgb", "mjpeg"])
        let size = try Self.pair("size", &parameters, from: 1)
        let rate = try parameters.whole("rate", in: 1...1000, "frames a second")
        let pixels = try parameters.choice("pixels", of: ["grey", "rgb"])
        try readCommon(&parameters, silence: max(Span64.second, 3 * Span64.second / UInt64(rate ?? 3)))
        try parameters.refuseLeftOver()
        var words = ["v4l2src device=\(Pipeline.quoted(device))"]
        if let caps = Pipeline.cameraCaps(form: form, width: size?.x, height: size?.y, rate: rate) {
            words.append(caps)
        }
        source = .pipeline((words + ["decodebin"] + Pipeline.conversion(to: pixels)).joined(separator: " ! "))
    }

    private mutating func readRTSP(_ rest: Substring, _ scheme: String) throws(Fault) {
        var (place, parameters) = try Self.split(rest, scheme: scheme)
        var words = ["rtspsrc"]
        if let at = place.lastIndex(of: "@") {
            let person = place[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            place = place[place.index(after: at)...]
            guard let user = PercentText.strictlyDecoded(person[0]),
                let password = PercentText.strictlyDecoded(person.count == 2 ? person[1] : "")
            else {
                throw Fault(.invalid, "\(scheme) address: user or password has a % without two hexadecimal digits")
            }
            words += ["user-id=\(Pipeline.quoted(user))", "user-pw=\(Pipeline.quoted(password))"]
        }
        guard let first = place.first, first != "/", first != ":" else {
            throw Fault(.invalid, "\(scheme) address: the host is missing", hint: "write it as \(scheme)host:554/path")
        }
        let transport = try parameters.choice("transport", of: ["tcp", "udp"]) ?? "tcp"
        let latency = try parameters.whole("latency", in: 0...60_000, "milliseconds") ?? 100
        delay = UInt64(latency) * Span64.millisecond
        let pixels = try parameters.choice("pixels", of: ["grey", "rgb"])
        try readCommon(&parameters, silence: 2 * Span64.second)
        // Many cameras have parameters of their own in their address: what we do not know is theirs.
        let theirs = parameters.leftOver
        let patience = max(connect, Span64.second) / 1000
        words += [
            "location=\(Pipeline.quoted(scheme + place + (theirs.isEmpty ? "" : "?" + theirs)))",
            "protocols=\(transport)",
            "latency=\(latency)", "drop-on-latency=true", "tcp-timeout=\(patience)", "timeout=\(patience)",
        ]
        let chain = [words.joined(separator: " "), "application/x-rtp,media=(string)video", "decodebin"]
        source = .pipeline((chain + Pipeline.conversion(to: pixels)).joined(separator: " ! "))
    }

    /// `gst:PIPELINE`, or `gst?timeout=500:PIPELINE`.
    private mutating func readPipeline(_ text: String) throws(Fault) {
        guard let colon = text.firstIndex(of: ":") else {
            throw Fault(
                .invalid, "gst: address: the pipeline is missing", hint: "write it as gst:videotestsrc is-live=true")
        }
        var parameters = try AddressParameters(text[..<colon].dropFirst("gst?".count), scheme: "gst:")
        try readCommon(&parameters, silence: 2 * Span64.second)
        try parameters.refuseLeftOver()
        let pipeline = Pipeline.trimmed(text[text.index(after: colon)...])
        guard !pipeline.isEmpty else { throw Fault(.invalid, "gst: address: the pipeline is empty") }
        source = .pipeline(pipeline)
    }

    private mutating func readCommon(_ parameters: inout AddressParameters, silence usual: UInt64?) throws(Fault) {
        silence = usual
        if let milliseconds = try parameters.whole("timeout", in: 0...3_600_000, "milliseconds") {
            silence = milliseconds == 0 ? nil : UInt64(milliseconds) * Span64.millisecond
        }
        if let milliseconds = try parameters.whole("connect", in: 100...120_000, "milliseconds") {
            connect = UInt64(milliseconds) * Span64.millisecond
        }
        queue = try parameters.whole("queue", in: 1...16, "frames") ?? queue
    }

    private static func split(_ rest: Substring, scheme: String) throws(Fault) -> (
        place: Substring, parameters: AddressParameters
    ) {
        guard let mark = rest.firstIndex(of: "?") else { return (rest, try AddressParameters("", scheme: scheme)) }
        return (rest[..<mark], try AddressParameters(rest[rest.index(after: mark)...], scheme: scheme))
    }

    private static func region(_ parameters: inout AddressParameters) throws(Fault) -> GigESettings.Region? {
        let size = try pair("size", &parameters, from: 1)
        let offset = try pair("offset", &parameters, from: 0)
        guard let size else {
            guard offset == nil else { throw Fault(.invalid, "gige:// address: offset needs size") }
            return nil
        }
        return GigESettings.Region(width: size.x, height: size.y, left: offset?.x ?? 0, top: offset?.y ?? 0)
    }

    /// Two numbers with an x between them.
    private static func pair(
        _ name: String, _ parameters: inout AddressParameters, from lowest: Int
    ) throws(Fault) -> (x: Int, y: Int)? {
        guard let text = parameters.text(name) else { return nil }
        let both = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        let range = lowest...FrameFacts.sideMax
        guard both.count == 2, let x = both[0], let y = both[1], range.contains(x), range.contains(y) else {
            throw parameters.wrong(name, text, "two numbers of pixels, as in 1920x1080")
        }
        return (x, y)
    }
}
