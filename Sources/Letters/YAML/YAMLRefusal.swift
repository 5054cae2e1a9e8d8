/// Where and why a text is not the YAML that is read here. Lines and columns count from 1, as editors do.
package struct YAMLRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    package let reason: String
    package let line: Int
    package let column: Int

    init(_ reason: String, at mark: YAMLEvent.Mark) {
        self.reason = reason
        line = mark.line
        column = mark.column
    }

    package var description: String { "\(reason) at line \(line), column \(column)" }
}
