/// Which queue an address means: its last two parts say so, whatever host stands before them.
struct QueuePlace: Hashable, Sendable {
    let account: String
    let name: String

    /// `http://HOST/ACCOUNT/NAME`, or the path of it; nil when it has no two parts.
    init?(_ url: String) {
        let parts = url.split(separator: "/").suffix(2)
        guard let account = parts.first, let name = parts.last, parts.count == 2 else { return nil }
        self.account = String(account)
        self.name = String(name)
    }
}
