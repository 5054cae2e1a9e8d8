internal import Core
internal import JSON
internal import PartLedger

/// The state of a station as its page reads it.
struct StationReport {
    let board: StationBoard
    let clerk: Clerk
    let version: String

    func write(to buffer: ByteBuffer) {
        let now = Instant.now
        let ledger = clerk.ledgerState
        let frames = clerk.frameState
        board.read { contents in
            var json = JSONWriter(buffer)
            json.beginObject()
            json.key("now" as StaticString)
            json.string(CivilTime(milliseconds: Int64(WallClock.milliseconds)).iso)
            json.key("station" as StaticString)
            json.string(board.station)
            json.key("state" as StaticString)
            json.string(contents.state.name)
            json.key("version" as StaticString)
            json.string(version)
            writeBypass(contents, &json)
            writeRelease(contents, &json)
            json.key("last" as StaticString)
            if let last = contents.parts.first { write(last, &json) } else { json.null() }
            json.key("recent" as StaticString)
            json.beginArray()
            for part in contents.parts { write(part, &json) }
            json.endArray()
            writeRates(contents, now, &json)
            writeStages(contents, &json)
            writeCounts(contents, &json)
            writeNeighbours(contents, now, &json)
            write(ledger, frames, contents, &json)
            json.endObject()
        }
    }

    private func writeBypass(_ contents: borrowing StationBoard.Contents, _ json: inout JSONWriter) {
        let isOn = contents.bypass.on || contents.plc.isBypassed
        json.key("bypass" as StaticString)
        json.beginObject()
        json.key("on" as StaticString)
        json.bool(isOn)
        json.key("since" as StaticString)
        if contents.bypass.on { json.string(CivilTime(milliseconds: contents.bypass.since).iso) } else { json.null() }
        json.key("by" as StaticString)
        if contents.bypass.on {
            json.string(contents.bypass.by)
        } else if isOn {
            json.string("PLC")
        } else {
            json.null()
        }
        json.key("reason" as StaticString)
        if contents.bypass.on {
            json.string(contents.bypass.reason)
        } else if isOn {
            json.string("the PLC's control word")
        } else {
            json.null()
        }
        json.endObject()
    }

    private func writeRelease(_ contents: borrowing StationBoard.Contents, _ json: inout JSONWriter) {
        json.key("release" as StaticString)
        guard let (file, code) = contents.release else { return json.null() }
        json.beginObject()
        json.key("name" as StaticString)
        json.string(file.name)
        json.key("version" as StaticString)
        json.string(file.version)
        json.key("digest" as StaticString)
        json.string("sha256:\(file.digest)")
        json.key("code" as StaticString)
        json.int(Int(code))
        json.key("threshold" as StaticString)
        json.float(file.rule.threshold)
        json.key("review" as StaticString)
        if file.rule.reviewFrom < file.rule.reviewTo {
            json.beginArray()
            json.float(file.rule.reviewFrom)
            json.float(file.rule.reviewTo)
            json.endArray()
        } else {
            json.null()
        }
        json.endObject()
    }

    private func write(_ part: ShownPart, _ json: inout JSONWriter) {
        json.beginObject()
        json.key("number" as StaticString)
        json.uint(part.entry)
        json.key("part" as StaticString)
        json.uint(UInt64(part.key.part))
        json.key("sequence" as StaticString)
        json.int(Int(part.key.sequence))
        json.key("time" as StaticString)
        json.string(CivilTime(milliseconds: part.wall).iso)
        json.key("verdict" as StaticString)
        json.string(part.decision.verdict.name)
        json.key("reason" as StaticString)
        json.string(part.decision.reason.name)
        json.key("score" as StaticString)
        if part.decision.reason.isJudgement { json.float(part.decision.score) } else { json.null() }
        json.key("ack" as StaticString)
        json.string(part.acknowledgement.rawValue)
        json.key("latency_ms" as StaticString)
        json.double((Double(part.latency) / 1e4).rounded() / 100)
        json.key("has_frame" as StaticString)
        json.bool(part.frame != nil)
        json.key("has_heatmap" as StaticString)
        json.bool(part.heatmap != nil)
        json.key("operator" as StaticString)
        if let review = part.review {
            json.beginObject()
            json.key("action" as StaticString)
            json.string(review.verdict == nil ? "confirm" : "override")
            json.key("verdict" as StaticString)
            json.string((review.verdict ?? part.decision.verdict).name)
            json.key("by" as StaticString)
            json.string(review.by)
            json.key("reason" as StaticString)
            json.string(review.reason)
            json.endObject()
        } else {
            json.null()
        }
        json.endObject()
    }

    private func writeRates(_ contents: borrowing StationBoard.Contents, _ now: Instant, _ json: inout JSONWriter) {
        let recent = contents.decided.filter { now.since($0.at) <= 10 * Span64.second }
        let span = recent.first.map { max(1, Double(now.since($0.at)) / 1e9) } ?? 1
        let count = Double(recent.count)
        func share(_ verdict: Verdict) -> Double {
            count == 0 ? 0 : Double(recent.count { $0.verdict == verdict }) / count
        }
        json.key("rates" as StaticString)
        json.beginObject()
        json.key("parts_per_minute" as StaticString)
        json.double((count / span * 600).rounded() / 10)
        json.key("reject_rate" as StaticString)
        json.double(share(.reject))
        json.key("review_rate" as StaticString)
        json.double(share(.review))
        json.endObject()
    }

    private func writeStages(_ contents: borrowing StationBoard.Contents, _ json: inout JSONWriter) {
        json.key("stages" as StaticString)
        json.beginArray()
        for stage in contents.stages {
            let times = stage.quantiles([0.5, 0.99])
            json.beginObject()
            json.key("name" as StaticString)
            json.string(stage.name)
            json.key("p50_ms" as StaticString)
            json.double(times[0])
            json.key("p99_ms" as StaticString)
            json.double(times[1])
            json.key("share_ms" as StaticString)
            json.double(stage.shareMilliseconds)
            json.key("late" as StaticString)
            json.uint(stage.late)
            json.endObject()
        }
        json.endArray()
        json.key("budget" as StaticString)
        json.beginObject()
        json.key("window_ms" as StaticString)
        json.double(contents.total.shareMilliseconds)
        json.key("p99_ms" as StaticString)
        json.double(contents.total.quantiles([0.99])[0])
        json.key("misses" as StaticString)
        json.uint(contents.reasons[Int(Reason.timeout.rawValue)])
        json.endObject()
    }

    private func writeCounts(_ contents: borrowing StationBoard.Contents, _ json: inout JSONWriter) {
        json.key("counts" as StaticString)
        json.beginObject()
        for (key, verdict) in [("pass", Verdict.pass), ("reject", .reject), ("review", .review)] {
            json.key(key)
            json.uint(contents.verdicts[Int(verdict.rawValue)])
        }
        json.key("by_reason" as StaticString)
        json.beginObject()
        for reason in Reason.allCases {
            json.key(reason.name)
            json.uint(contents.reasons[Int(reason.rawValue)])
        }
        json.endObject()
        json.key("by_route" as StaticString)
        json.beginObject()
        for (name, parts) in contents.routes {
            json.key(name)
            json.uint(parts)
        }
        json.endObject()
        for (key, count) in [
            ("engine_restarts", contents.restarts), ("release_switches", contents.switches),
            ("torn_triggers", contents.tornTriggers), ("lost_verdicts", contents.lostVerdicts),
        ] {
            json.key(key)
            json.uint(count)
        }
        json.endObject()
    }

    private func writeNeighbours(_ contents: borrowing StationBoard.Contents, _ now: Instant, _ json: inout JSONWriter)
    {
        json.key("plc" as StaticString)
        json.beginObject()
        json.key("connected" as StaticString)
        json.bool(contents.plc.isConnected && now.since(contents.plcBeat) < Span64.second)
        json.key("heartbeat" as StaticString)
        json.int(Int(contents.plc.heartbeat))
        json.key("age_ms" as StaticString)
        json.double(Double(min(now.since(contents.plcBeat), 3600 * Span64.second) / 100_000) / 10)
        json.key("fault" as StaticString)
        json.bool(contents.plc.hasFault)
        json.key("text" as StaticString)
        json.string(board.plcAddress)
        json.endObject()
        json.key("camera" as StaticString)
        json.beginObject()
        json.key("connected" as StaticString)
        json.bool(contents.source.isConnected)
        json.key("source" as StaticString)
        json.string(contents.sourceName)
        json.key("lost" as StaticString)
        json.uint(contents.source.lost)
        json.key("frames" as StaticString)
        json.uint(contents.source.frames)
        json.endObject()
    }

    private func write(
        _ ledger: LedgerState, _ frames: FrameState, _ contents: borrowing StationBoard.Contents,
        _ json: inout JSONWriter
    ) {
        json.key("ledger" as StaticString)
        json.beginObject()
        json.key("entries" as StaticString)
        json.uint(ledger.entries)
        json.key("waiting" as StaticString)
        json.int(ledger.waiting)
        json.key("lost" as StaticString)
        json.uint(ledger.lost)
        json.key("frames" as StaticString)
        json.int(frames.frames)
        json.key("frames_dropped" as StaticString)
        json.uint(frames.dropped)
        json.key("alarm" as StaticString)
        if let alarm = ledger.alarm ?? frames.alarm { json.string(alarm) } else { json.null() }
        json.endObject()
        json.key("alarms" as StaticString)
        json.beginArray()
        for alarm in contents.alarms { write(alarm.code, alarm.text, alarm.since, &json) }
        let now = Int64(WallClock.milliseconds)
        for stage in contents.stages { if let text = stage.complaint { write("STAGE_LATE", text, now, &json) } }
        if let text = ledger.alarm { write("LEDGER", text, now, &json) }
        if let text = frames.alarm { write("FRAMES", text, now, &json) }
        json.endArray()
    }

    private func write(_ code: String, _ text: String, _ since: Int64, _ json: inout JSONWriter) {
        json.beginObject()
        json.key("code" as StaticString)
        json.string(code)
        json.key("text" as StaticString)
        json.string(text)
        json.key("since" as StaticString)
        json.string(CivilTime(milliseconds: since).iso)
        json.endObject()
    }
}
