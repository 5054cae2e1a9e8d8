package import Core
internal import Records

extension LogsDesk {
    /// Events that rules send to log groups: a stream a day, made when it is needed.
    package func receive(_ messages: [[UInt8]], inGroup arn: String) throws(ServiceProblem) {
        let group = Self.groupName(arn)
        let now = Int64(WallClock.milliseconds)
        let stream = "events-" + CivilTime(milliseconds: now).iso.prefix(10)
        let events = messages.map { (at: now, message: String(decoding: $0, as: UTF8.self)) }
        _ = try shelf.change { desk in
            guard let owner = desk.records[Self.group, group] else { throw Self.missing("log group") }
            return try LogEvents.append(
                events, group, stream, now, &desk, makesStream: owner["arn"]?.text ?? arn)
        }
    }

    private static let lineBytesMax = (1 << 20) - LogEvents.overhead

    /// Events that another department has for a group by its name: a stream a day, made when it is needed. All of them
    /// are taken, or none.
    package func take(_ lines: [LogLine], inGroup group: String, stream stem: String) throws(ServiceProblem) {
        for line in lines where !(1...Self.lineBytesMax).contains(line.message.utf8.count) {
            throw Self.invalid("An event has 1 to \(Self.lineBytesMax) bytes, not \(line.message.utf8.count).")
        }
        let now = Int64(WallClock.milliseconds)
        let stream = stem + "-" + CivilTime(milliseconds: now).iso.prefix(10)
        let events = lines.map { (at: $0.milliseconds ?? now, message: $0.message) }.sorted { $0.at < $1.at }
        _ = try shelf.change { desk in
            let arn = desk.records[Self.group, group]?["arn"]?.text
            return try LogEvents.append(events, group, stream, now, &desk, makesStream: arn)
        }
    }
}
