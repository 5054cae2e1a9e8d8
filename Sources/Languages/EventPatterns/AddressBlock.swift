/// The addresses that begin with the same bits: `10.0.0.0/24`.
struct AddressBlock: Hashable, Sendable {
    private let address: InternetAddress
    private let bitsCount: Int

    init(parsing text: String) throws(MatchComplaint) {
        let halves = text.split(separator: "/", omittingEmptySubsequences: false)
        guard halves.count == 2 else { throw MatchComplaint("Malformed CIDR, one '/' required") }
        guard let bitsCount = Int(halves[1]) else {
            throw MatchComplaint("Malformed CIDR, mask bits must be an integer")
        }
        guard bitsCount >= 0 else { throw MatchComplaint("Malformed CIDR, mask bits must not be negative") }
        guard let address = InternetAddress(halves[0]) else {
            throw MatchComplaint("Nonstandard IP address: \(halves[0])")
        }
        guard bitsCount <= address.width else {
            throw MatchComplaint("IPv\(address.width == 32 ? 4 : 6) mask bits must be <= \(address.width)")
        }
        self.address = address
        self.bitsCount = bitsCount
    }

    /// Whether a text is an address of the block; of the other kind, or none, it is not.
    func contains(_ text: String) -> Bool {
        guard let other = InternetAddress(text[...]), other.width == address.width else { return false }
        // Swift shifts by a whole width or more to 0.
        return (other.bits ^ address.bits) >> UInt128(address.width - bitsCount) == 0
    }
}
