internal import Core

/// The names under which the object store is reached. Below each of them buckets have names of their own: `BUCKET.NAME`.
package struct StoreHosts: Hashable, Sendable {
    /// What the host of a request says of its bucket.
    enum Place: Hashable, Sendable {
        /// The path begins with it.
        case path
        case bucket(String)
        /// Nobody said whether this is a name of the store or of a bucket: whoever took the one for the other would
        /// write into a bucket that was not meant.
        case unknown
    }

    /// A machine calls itself so, and containers the machine that they run on.
    private static let everywhere = ["localhost", "host.docker.internal", "host.containers.internal"]

    /// The longest first, so that `plant.localhost` is no bucket of `localhost` where both are names.
    private let names: [String]

    /// Below an address there are no names: addresses among them count for nothing.
    package init(_ names: [String] = []) {
        let own = (names + Self.everywhere).map(Self.name).filter { !$0.isEmpty && !Self.isAddress($0) }
        self.names = Set(own.flatMap { [$0, "s3." + $0] }).sorted { ($1.utf8.count, $0) < ($0.utf8.count, $1) }
    }

    /// `host`: as the field has it.
    func place(of host: String) -> Place {
        let name = Self.name(host)
        if name.isEmpty || Self.isAddress(name) || names.contains(name) { return .path }
        if let known = names.first(where: { name.hasSuffix("." + $0) }) {
            return .bucket(String(name.dropLast(known.count + 1)))
        }
        return Self.amazonPlace(of: name) ?? (Self.mayBegin(withBucket: name) ? .unknown : .path)
    }

    /// In lower case, without the port and the point that may end it.
    private static func name(_ host: String) -> String {
        if host.hasPrefix("[") { return host }
        let name = host.prefix { $0 != ":" }.lowercased()
        return name.hasSuffix(".") ? String(name.dropLast()) : name
    }

    private static func isAddress(_ name: String) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return name.hasPrefix("[") || parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
    }

    /// A bucket's name is followed by another: what has no point cannot be one's.
    private static func mayBegin(withBucket name: String) -> Bool {
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        return labels.indices.dropFirst().contains { BucketOperations.isName(labels[..<$0].joined(separator: ".")) }
    }

    // MARK: AWS's own names

    /// `BUCKET.s3.REGION.amazonaws.com` and its like, as SDKs write it that are not told otherwise. Nil for others.
    private static func amazonPlace(of name: String) -> Place? {
        guard let tail = [".amazonaws.com", ".amazonaws.com.cn"].first(where: name.hasSuffix) else { return nil }
        let labels = name.dropLast(tail.count).split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        // The last one: a bucket's own name may have such a part too.
        guard let mark = labels.lastIndex(where: isService), labels[(mark + 1)...].allSatisfy(isPartition) else {
            return .unknown
        }
        return mark == 0 ? .path : .bucket(labels[..<mark].joined(separator: "."))
    }

    private static func isPartition(_ label: String) -> Bool {
        label == "dualstack" || BucketOperations.isRegion(label)
    }

    private static func isService(_ label: String) -> Bool {
        guard label.hasPrefix("s3-") else { return label == "s3" }
        let kind = String(label.dropFirst("s3-".count))
        return ["accelerate", "fips", "external-1"].contains(kind) || BucketOperations.isRegion(kind)
    }
}
