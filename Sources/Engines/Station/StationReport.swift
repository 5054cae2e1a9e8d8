internal import Core
internal import JSON
internal import PartLedger
internal import ReleaseWatch

/// The state of a station as its page reads it.
struct StationReport {
    let board: StationBoard
    let clerk: Clerk
    let version: String

    func write(to buffer: ByteBuffer) {
        let now = Instant.now
        let ledger = clerk.ledgerState
        let frames = clerk.frameState
        // The decision thread writes the board; it waits for a copy, not for a report.
        let contents = board.contentsNow
        let times = contents.stages.map { $0.quantiles([0.5, 0.99]) }
        var json = JSONWriter(buffer)
        json.beginObject()
        json.member("now", CivilTime(milliseconds: Int64(WallClock.milliseconds)).iso)
        json.member("station", board.station)
        json.member("state", contents.state.name)
        json.member("version", version)
        writeBypass(contents, &json)
        writeRelease(contents, &json)
        writeRollback(contents.releases, &json)
        json.key("last" as StaticString)
        if let last = contents.parts.first { write(last, &json) } else { json.null() }
        json.key("recent" as StaticString)
        json.beginArray()
        for part in contents.parts { write(part, &json) }
        json.endArray()
        writeRates(contents, now, &json)
        writeStages(contents, times, &json)
        writeCounts(contents, &json)
        writeNeighbours(contents, now, &json)
        write(ledger, frames, &json)
        writeAlarms(contents, times, [("LEDGER", ledger.alarm), ("FRAMES", frames.alarm)], &json)
        json.endObject()
    }

    private func writeBypass(_ contents: StationBoard.Contents, _ json: inout JSONWriter) {
        let person = contents.bypass
        let isOn = person != nil || contents.plc.isBypassed
        json.key("bypass" as StaticString)
        json.beginObject()
        json.member("on", isOn)
        json.member("since", person.map { CivilTime(milliseconds: Int64($0.since)).iso })
        json.member("by", person?.by ?? (isOn ? "PLC" : nil))
        json.member("reason", person?.reason ?? (isOn ? "the PLC's control word" : nil))
        json.endObject()
    }

    private func writeRelease(_ contents: StationBoard.Contents, _ json: inout JSONWriter) {
        json.key("release" as StaticString)
        guard let (file, code) = contents.release else { return json.null() }
        json.beginObject()
        json.member("name", file.name)
        json.member("version", file.version)
        json.member("digest", "sha256:\(file.digest)")
        json.member("code", Int(code))
        json.member("threshold", file.rule.threshold)
        json.member("phase", contents.releases.isProved ? "proved" : "watched")
        json.member("parts", contents.releases.parts)
        json.member("since", CivilTime(milliseconds: contents.releases.since).iso)
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

    private func writeRollback(_ facts: ReleaseFacts, _ json: inout JSONWriter) {
        json.key("rollback" as StaticString)
        guard let rollback = facts.rollback else { return json.null() }
        json.beginObject()
        json.member("trigger", rollback.trigger.rawValue)
        json.member("evidence", rollback.evidence)
        json.member("from", "sha256:\(rollback.from)")
        json.member("from_version", rollback.fromVersion)
        json.member("to", "sha256:\(rollback.to)")
        json.member("to_version", rollback.toVersion)
        json.member("parts", rollback.parts)
        json.member("took_ms", (Double(rollback.took) / 1e4).rounded() / 100)
        json.member("at", CivilTime(milliseconds: rollback.wall).iso)
        json.key("quarantine" as StaticString)
        if let range = rollback.quarantine {
            json.beginArray()
            json.uint(range.lowerBound)
            json.uint(range.upperBound)
            json.endArray()
        } else {
            json.null()
        }
        json.endObject()
    }

    private func write(_ part: ShownPart, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("number", part.entry)
        json.member("part", UInt64(part.key.part))
        json.member("sequence", Int(part.key.sequence))
        json.member("time", CivilTime(milliseconds: part.wall).iso)
        json.member("verdict", part.decision.verdict.name)
        json.member("reason", part.decision.reason.name)
        json.member("score", part.decision.reason.isJudgement ? part.decision.score : nil)
        json.member("ack", part.acknowledgement.rawValue)
        json.member("latency_ms", (Double(part.latency) / 1e4).rounded() / 100)
        json.member("has_frame", part.frame != nil)
        json.member("has_heatmap", part.heatmap != nil)
        json.key("operator" as StaticString)
        if let review = part.review {
            json.beginObject()
            json.member("action", review.verdict == nil ? "confirm" : "override")
            json.member("verdict", (review.verdict ?? part.decision.verdict).name)
            json.member("by", review.by)
            json.member("reason", review.reason)
            json.endObject()
        } else {
            json.null()
        }
        json.endObject()
    }

    private func writeRates(_ contents: StationBoard.Contents, _ now: Instant, _ json: inout JSONWriter) {
        let recent = contents.decided.filter { now.since($0.at) <= 10 * Span64.second }
        let span = recent.first.map { max(1, Double(now.since($0.at)) / 1e9) } ?? 1
        let count = Double(recent.count)
        func share(_ verdict: Verdict) -> Double {
            count == 0 ? 0 : Double(recent.count { $0.verdict == verdict }) / count
        }
        json.key("rates" as StaticString)
        json.beginObject()
        json.member("parts_per_minute", (count / span * 600).rounded() / 10)
        json.member("reject_rate", share(.reject))
        json.member("review_rate", share(.review))
        json.endObject()
    }

    private func writeStages(_ contents: StationBoard.Contents, _ times: [[Double]], _ json: inout JSONWriter) {
        json.key("stages" as StaticString)
        json.beginArray()
        for (stage, times) in zip(contents.stages, times) {
            json.beginObject()
            json.member("name", stage.name)
            json.member("p50_ms", times[0])
            json.member("p99_ms", times[1])
            json.member("share_ms", stage.shareMilliseconds)
            json.member("late", stage.late)
            json.endObject()
        }
        json.endArray()
        json.key("budget" as StaticString)
        json.beginObject()
        json.member("window_ms", contents.total.shareMilliseconds)
        json.member("p99_ms", contents.total.quantiles([0.99])[0])
        json.member("misses", contents.reasons[Int(Reason.timeout.rawValue)])
        json.endObject()
    }

    private func writeCounts(_ contents: StationBoard.Contents, _ json: inout JSONWriter) {
        json.key("counts" as StaticString)
        json.beginObject()
        for (key, verdict) in [("pass", Verdict.pass), ("reject", .reject), ("review", .review)] {
            json.member(key, contents.verdicts[Int(verdict.rawValue)])
        }
        json.key("by_reason" as StaticString)
        json.beginObject()
        for reason in Reason.allCases {
            json.member(reason.name, contents.reasons[Int(reason.rawValue)])
        }
        json.endObject()
        json.key("by_route" as StaticString)
        json.beginObject()
        for (name, parts) in contents.routes {
            json.member(name, parts)
        }
        json.endObject()
        for (key, count) in [
            ("engine_restarts", contents.restarts), ("release_switches", contents.switches),
            ("torn_triggers", contents.tornTriggers), ("lost_verdicts", contents.lostVerdicts),
        ] {
            json.member(key, count)
        }
        json.endObject()
    }

    private func writeNeighbours(_ contents: StationBoard.Contents, _ now: Instant, _ json: inout JSONWriter) {
        json.key("plc" as StaticString)
        json.beginObject()
        json.member("connected", contents.plc.isConnected && now.since(contents.plcBeat) < Span64.second)
        json.member("heartbeat", Int(contents.plc.heartbeat))
        json.member("age_ms", Double(min(now.since(contents.plcBeat), 3600 * Span64.second) / 100_000) / 10)
        json.member("fault", contents.plc.hasFault)
        json.member("text", board.plcAddress)
        json.endObject()
        json.key("camera" as StaticString)
        json.beginObject()
        json.member("connected", contents.source.isConnected)
        json.member("source", contents.sourceName)
        json.member("lost", contents.source.lost)
        json.member("frames", contents.source.frames)
        json.endObject()
    }

    private func write(_ ledger: LedgerState, _ frames: FrameState, _ json: inout JSONWriter) {
        json.key("ledger" as StaticString)
        json.beginObject()
        json.member("entries", ledger.entries)
        json.member("waiting", ledger.waiting)
        json.member("lost", ledger.lost)
        json.member("frames", frames.frames)
        json.member("frames_dropped", frames.dropped)
        json.member("alarm", ledger.alarm ?? frames.alarm)
        json.endObject()
    }

    /// `times`: p50 and p99 of each stage. `keepers`: who writes things down, and what is wrong with them.
    private func writeAlarms(
        _ contents: StationBoard.Contents, _ times: [[Double]], _ keepers: [(code: String, text: String?)],
        _ json: inout JSONWriter
    ) {
        let now = Int64(WallClock.milliseconds)
        json.key("alarms" as StaticString)
        json.beginArray()
        for alarm in contents.alarms { write(alarm.code, alarm.text, alarm.since, &json) }
        for (stage, times) in zip(contents.stages, times) {
            if let text = stage.complaint(p99: times[1]) { write("STAGE_LATE", text, now, &json) }
        }
        for keeper in keepers { if let text = keeper.text { write(keeper.code, text, now, &json) } }
        json.endArray()
    }

    private func write(_ code: String, _ text: String, _ since: Int64, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("code", code)
        json.member("text", text)
        json.member("since", CivilTime(milliseconds: since).iso)
        json.endObject()
    }
}
