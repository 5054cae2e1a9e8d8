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
}
