internal import Core
internal import JSON
internal import Station

/// `lineside station budget`: how long a station has for a part.
enum BudgetReport {
    static func run(_ options: Options) throws -> Int32 {
        var line = StationBudget.Line()
        line.partsPerMinute = try number(options, "ppm", in: 0.1...10_000, ends: ["ppm"]) ?? line.partsPerMinute
        line.distanceMillimetres =
            try number(options, "distance", in: 1...100_000, ends: ["mm"]) ?? line.distanceMillimetres
        line.actuatorMilliseconds =
            try number(options, "actuator", in: 0...10_000, ends: ["ms"]) ?? line.actuatorMilliseconds
        line.scanMilliseconds = try number(options, "plc-scan", in: 0...10_000, ends: ["ms"]) ?? line.scanMilliseconds
        if let margin = try number(options, "margin", in: 0...99, ends: ["%"]) {
            line.margin = options.text("margin")?.hasSuffix("%") == true || margin >= 1 ? margin / 100 : margin
        }
        let speed = try number(options, "speed", in: 0.001...100, ends: ["m/s"])
        let pitch = try number(options, "pitch", in: 1...100_000, ends: ["mm"])
        if speed != nil, pitch != nil { throw UsageFault(message: "give --speed or --pitch, not both") }
        line.speedMetresPerSecond =
            speed ?? pitch.map { $0 * line.partsPerMinute / 60_000 } ?? line.speedMetresPerSecond
        let budget = try StationBudget(line)
        Verbs.say(try options.wantsJSON ? json(budget) : text(budget))
        return ExitCode.ok
    }

    private static func number(
        _ options: Options, _ name: String, in range: ClosedRange<Double>, ends: [String]
    ) throws(UsageFault) -> Double? {
        guard let text = options.text(name) else { return nil }
        let end = ends.first { text.hasSuffix($0) } ?? ""
        guard let value = Double(text.dropLast(end.count)), range.contains(value) else {
            throw UsageFault(
                message:
                    "--\(name) \(text) is not a number from \(range.lowerBound) to \(range.upperBound)\(ends.first.map { " " + $0 } ?? "")"
            )
        }
        return value
    }

    private static func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }

    private static func text(_ budget: StationBudget) -> String {
        let shares = budget.shares.map { share in
            "  " + share.name + String(repeating: " ", count: 14 - share.name.count)
                + "\(rounded(share.milliseconds)) ms"
        }
        return """
            camera to gate  \(rounded(budget.travelMilliseconds)) ms
            part to part    \(rounded(budget.pitchMilliseconds)) ms
            window          \(rounded(budget.windowMilliseconds)) ms, shared by
            \(shares.joined(separator: "\n"))
            """
    }

    private static func json(_ budget: StationBudget) -> String {
        let buffer = ByteBuffer(capacity: 512)
        var json = JSONWriter(buffer)
        json.beginObject()
        for (key, value) in [
            ("travel_ms", budget.travelMilliseconds), ("pitch_ms", budget.pitchMilliseconds),
            ("window_ms", budget.windowMilliseconds),
        ] {
            json.member(key, value)
        }
        json.key("shares_ms" as StaticString)
        json.beginObject()
        for share in budget.shares {
            json.member(share.name, share.milliseconds)
        }
        json.endObject()
        json.endObject()
        return unsafe String(decoding: buffer.bytes, as: UTF8.self)
    }
}
