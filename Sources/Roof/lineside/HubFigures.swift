internal import AWSProtocol
internal import Core
internal import Process

/// The hub's own figures, put into its metrics each minute as anybody's are.
///
/// Concurrency: one thread.
final class HubFigures: Sendable {
    static let namespace = "Lineside/Hub"
    private static let every = 60 * Span64.second

    private let directory: ServiceDirectory
    private let tally: CallTally
    private let waiting: @Sendable () -> Int
    private let house: Caller
    private let region: String
    private let rounds = Rounds()

    /// `waiting`: how many events are on their way.
    init(
        _ directory: ServiceDirectory, _ tally: CallTally, account: String, region: String,
        waiting: @escaping @Sendable () -> Int
    ) {
        self.directory = directory
        self.tally = tally
        self.waiting = waiting
        self.region = region
        house = .house(of: account)
    }

    func start() {
        rounds.start("hub-figures", Instant.now) { [self] next in
            put()
            next = max(next.advanced(by: Self.every), .now)
            return .rest(next.since(.now))
        }
    }

    func stop() { rounds.stop() }

    private func put() {
        var data = [
            Self.datum("MemoryBytes", Double(ProcessFacts.ownResidentBytes), "Bytes"),
            Self.datum("EventsWaiting", Double(waiting()), "Count"),
        ]
        for (service, count) in tally.taken().sorted(by: { $0.key < $1.key }) {
            for (name, value) in [("Calls", count.calls), ("Refused", count.refused), ("Failed", count.failed)] {
                data.append(Self.datum(name, Double(value), "Count", service))
            }
        }
        do throws(ServiceProblem) {
            _ = try directory.perform(
                "PutMetricData", of: "cloudwatch", ["Namespace": .text(Self.namespace), "MetricData": .list(data)],
                by: house, region: region)
        } catch { Log.line("the hub's own figures could not be kept: \(error.message)") }
    }

    private static func datum(_ name: String, _ value: Double, _ unit: String, _ service: String? = nil) -> Datum {
        [
            "MetricName": .text(name), "Value": .number(value), "Unit": .text(unit),
            "Dimensions": service.map { [["Name": "Service", "Value": .text($0)]] } ?? [],
        ]
    }
}
