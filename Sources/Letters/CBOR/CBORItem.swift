/// One step of a value as it is read: a value without parts, or the beginning of one that has some.
enum CBORItem {
    case whole(UInt64)
    /// -1 less this.
    case negative(UInt64)
    case number(Double)
    case bool(Bool)
    case null
    case bytes([UInt8])
    /// Nil for letters that are no UTF-8.
    case text(String?)
    /// What comes in pieces, until the end.
    case bytesStart, textStart
    /// How many are said to follow, or as many as come before the end. More than an `Int` holds come as less than none.
    case list(Int?)
    case map(Int?)
    case tag(UInt64)
    case end
}
