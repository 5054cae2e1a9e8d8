package import AWSProtocol
package import Core
internal import Database
internal import Records

/// Log groups, their streams and their events, in one file.
///
/// Concurrency: groups and streams are records of the shelf, events lie in a table of its file; one thread throws out what
/// is past its retention.
package final class LogsDesk: Sendable {
    static let group = "group"
    static let stream = "stream"
    static let protection = "deletionProtectionEnabled"
    private static let sweepEvery = 60 * Span64.second
    private static let tables = [
        """
        CREATE TABLE events(
            n INTEGER PRIMARY KEY AUTOINCREMENT, grp INTEGER, stream INTEGER, at INTEGER, taken INTEGER, message TEXT);
        CREATE INDEX events_of_group ON events(grp, at, n);
        CREATE INDEX events_of_stream ON events(stream, at, n);
        """
    ]
    let shelf: RecordShelf
    private let sweeper = Rounds()

    package init(_ path: String) throws(Fault) {
        shelf = try RecordShelf(path, tables: Self.tables)
        sweeper.start("log-sweeper") { [self] in
            sweep()
            return .nap(Self.sweepEvery)
        }
    }

    package func close() {
        sweeper.stop()
        shelf.close()
    }

    package var service: AWSService {
        AWSService(
            "logs", .json11, targets: ["Logs_20140328"], version: "2014-03-28", invalid: "InvalidParameterException",
            operations: LogGroups(desk: self).operations + LogStreams(desk: self).operations
                + LogEvents(desk: self).operations + LogPolicies(desk: self).operations)
    }

    /// Events past their group's retention go.
    private func sweep() {
        let limits = shelf.records.all(Self.group).compactMap { group -> (number: Int, days: Int)? in
            guard let number = group["Number"]?.whole, let days = group["retentionInDays"]?.whole else { return nil }
            return (number, days)
        }
        guard !limits.isEmpty else { return }
        let now = Int64(WallClock.milliseconds)
        do throws(ServiceProblem) {
            try shelf.change { desk in
                for (number, days) in limits {
                    try desk.database.run(
                        "DELETE FROM events WHERE grp = ? AND at < ?",
                        [.int(Int64(number)), .int(now - Int64(days) * 86_400_000)])
                }
            }
        } catch { Log.line("old log events could not be thrown out: \(error.message)") }
    }

    // MARK: what all operations need

    static func missing(_ what: String) -> ServiceProblem {
        ServiceProblem("ResourceNotFoundException", "The specified \(what) does not exist.")
    }

    static func taken(_ what: String) -> ServiceProblem {
        ServiceProblem("ResourceAlreadyExistsException", "The specified \(what) already exists")
    }

    static func invalid(_ why: String) -> ServiceProblem { ServiceProblem("InvalidParameterException", why) }

    /// Of a group, and of its streams.
    static func checkProtection(_ group: Datum) throws(ServiceProblem) {
        guard group[protection]?.bool ?? false else { return }
        throw ServiceProblem("ValidationException", "The log group is protected against deletion.")
    }

    /// Groups are named by name, or by ARN with or without a star behind.
    static func groupName(_ call: Call) throws(ServiceProblem) -> String {
        guard call.text("logGroupName") == nil || call.text("logGroupIdentifier") == nil else {
            throw invalid("logGroupName and logGroupIdentifier cannot be given together.")
        }
        guard let given = call.text("logGroupName") ?? call.text("logGroupIdentifier") else {
            throw invalid("Either logGroupName or logGroupIdentifier has to be given.")
        }
        return groupName(given)
    }

    package static func groupName(_ identifier: String) -> String {
        guard identifier.hasPrefix("arn:") else { return identifier }
        let parts = identifier.split(separator: ":", maxSplits: 6, omittingEmptySubsequences: false)
        guard parts.count == 7 else { return identifier }
        return String(parts[6].hasSuffix(":*") ? parts[6].dropLast(2) : parts[6])
    }

    static func streamKey(_ group: String, _ stream: String) -> String { group + "\u{1}" + stream }

    static func groupARN(_ call: Call, _ name: String) -> String { call.arn("logs", "log-group:\(name)") }
}
