/// One value that another department has for a metric.
package struct MetricFigure: Hashable, Sendable {
    package let namespace: String
    package let name: String
    package let unit: String
    package let value: Double
    /// Since 1970; nil for now.
    package let seconds: Double?

    package init(namespace: String, name: String, unit: String, value: Double, seconds: Double?) {
        self.namespace = namespace
        self.name = name
        self.unit = unit
        self.value = value
        self.seconds = seconds
    }
}
