/// A name as it is written: a prefix, when there is a colon, and the local name.
struct XMLName {
    let prefix: String
    let local: String

    /// expat has seen to the characters of a name, but a colon is like any other to it.
    init(_ written: String) throws(XMLDoubt) {
        guard let colon = written.utf8.firstIndex(of: UInt8(ascii: ":")) else {
            prefix = ""
            local = written
            return
        }
        prefix = String(written[..<colon])
        local = String(written[written.utf8.index(after: colon)...])
        guard !prefix.isEmpty, let first = local.first, first.isLetter || first == "_", !local.utf8.contains(0x3A)
        else {
            throw XMLDoubt("'\(written.prefix(40))' is not one prefix and one name")
        }
    }
}
