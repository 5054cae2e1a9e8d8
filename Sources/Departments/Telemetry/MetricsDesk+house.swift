internal import AWSProtocol
package import Core
internal import Records

/// What other departments have for metrics and alarms.
extension MetricsDesk {
    private static let namesRange = 1...255
    private static let namespaceMarks = "._-/#: "
    private static let reasonMax = 1023

    /// All of them are taken, or none.
    package func put(_ figures: [MetricFigure]) throws(ServiceProblem) {
        let now = Int64(WallClock.milliseconds) / 1000
        var samples: [MetricSample] = []
        for figure in figures { samples.append(try Self.sample(figure, now)) }
        try take(samples)
    }

    private static func sample(_ figure: MetricFigure, _ now: Int64) throws(ServiceProblem) -> MetricSample {
        guard namesRange.contains(figure.namespace.unicodeScalars.count),
            figure.namespace.isMadeOfLetters(and: namespaceMarks)
        else { throw MetricOperations.invalid("The value \(figure.namespace.prefix(80)) is no namespace.") }
        guard namesRange.contains(figure.name.unicodeScalars.count) else {
            throw MetricOperations.invalid("A metric's name has 1 to 255 letters.")
        }
        guard MetricUnit.names.contains(figure.unit) else {
            throw MetricOperations.invalid("The value \(figure.unit.prefix(80)) is no unit.")
        }
        var datum: DatumMap = [
            "MetricName": .text(figure.name), "Value": .number(figure.value), "Unit": .text(figure.unit),
        ]
        if let seconds = figure.seconds {
            guard abs(seconds) < 1e12 else { throw MetricOperations.invalid("The value \(seconds) is no time.") }
            datum["Timestamp"] = .number(seconds)
        }
        return try MetricOperations.sample(.map(datum), figure.namespace, now)
    }

    package func setAlarm(_ name: String, to state: String, because reason: String) throws(ServiceProblem) {
        guard let value = AlarmValue(rawValue: state) else {
            throw AlarmOperations.refusal(
                "The state \(state.prefix(40)) is none of \(AlarmValue.words.joined(separator: ", ")).")
        }
        guard reason.unicodeScalars.count <= Self.reasonMax else {
            throw AlarmOperations.refusal("A reason has \(Self.reasonMax) letters at most.")
        }
        try alarms.set(name, to: AlarmFinding(value: value, reason: reason, data: nil))
    }
}
