/// Where and why a text is not the XML that is read here. Lines and columns count from 1, as editors do.
package struct XMLRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// In lower case and without a full stop; what expat says is in its words.
    package let reason: String
    /// Of the character at which it was seen; after the beginning of a document type.
    package let line: Int
    /// In characters, a byte order mark of UTF-16 with them.
    package let column: Int

    init(_ reason: String, line: Int, column: Int) {
        self.reason = reason
        self.line = line
        self.column = column
    }

    /// The refusal as one line of a log.
    package var description: String { "\(reason) at line \(line), column \(column)" }
}
