internal import Core

/// A metric as its record has it: what came in each unit is a series of points, with a number of its own.
struct MetricSeries: Sendable {
    /// Before this step a metric had one series, which was called by the unit that came first, whatever came after it.
    static let unitsApart = """
        UPDATE records SET body = CAST(
            json_set(
                json_remove(CAST(body AS TEXT), '$.Unit', '$.Number'), '$.Numbers',
                json_object(
                    coalesce(json_extract(CAST(body AS TEXT), '$.Unit'), 'None'),
                    json_extract(CAST(body AS TEXT), '$.Number')))
            AS BLOB)
        WHERE kind = 'series';
        """

    private(set) var record: DatumMap

    init(_ record: DatumMap) { self.record = record }

    init(of sample: MetricSample) {
        record = [
            "Namespace": .text(sample.namespace), "MetricName": .text(sample.name),
            "Dimensions": .list(sample.dimensions),
        ]
    }

    /// Of each unit, or of one alone; those that came first are in front.
    func numbers(of unit: String? = nil) -> [(unit: String, number: Int64)] {
        (record["Numbers"]?.map?.members ?? []).compactMap { name, number in
            guard let number = number.whole, unit == nil || unit == name else { return nil }
            return (name, Int64(number))
        }
    }

    mutating func add(_ number: Int, for unit: String) {
        var numbers = record["Numbers"]?.map ?? DatumMap()
        numbers[unit] = .whole(number)
        record["Numbers"] = .map(numbers)
    }
}
