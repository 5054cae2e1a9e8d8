package import Core
internal import ReleaseTrust

/// Follows one repository: what `TrustedSet` accepts is kept, and nothing else is ever seen by the caller.
///
/// Concurrency: confined to whoever owns it, one thread at a time. Sources may block that thread.
package final class ReleaseClient {
    private let store: MetadataStore
    private let source: any ReleaseSource
    private let wall: Int64
    private var set: TrustedSet?

    /// `wall` is the time of day in milliseconds since 1970, the same for everything that this client does.
    package init(_ store: MetadataStore, _ source: any ReleaseSource, wall: Int64 = Int64(WallClock.milliseconds)) {
        self.store = store
        self.source = source
        self.wall = wall
    }

    /// Brings the metadata up to date, or throws why they cannot be; what was accepted on the way stays.
    package func refresh() throws(Fault) {
        guard let root = try store.read(TopRole.root.rawValue) else {
            throw Fault(
                .notFound, "\(store.folder) holds no trusted root", hint: "begin with a root.json that you trust")
        }
        let now = store.now(wall)
        var set = try TrustedSet(root: root, now: now)
        try updateRoot(&set)
        try updateTimestamp(&set)
        try updateSnapshot(&set)
        try updateTargets(&set)
        try store.note(now)
        self.set = set
    }

    private func updateRoot(_ set: inout TrustedSet) throws(Fault) {
        for _ in 0..<MetadataLimits.rootVersionsMax {
            let wanted = WantedFile(
                role: TopRole.root.rawValue, version: set.root.version + 1, bytesMax: MetadataLimits.rootBytesMax)
            guard let bytes = try fetch(wanted, isConsistent: true) else { return try set.requireFreshRoot() }
            try set.take(root: bytes)
            try store.write(wanted.role, bytes)
        }
        throw Fault(.tooLong, "there are more than \(MetadataLimits.rootVersionsMax) new versions of the root")
    }

    private func updateTimestamp(_ set: inout TrustedSet) throws(Fault) {
        let role = TopRole.timestamp.rawValue
        // What does not verify any more, perhaps because keys were rotated, is as good as nothing.
        if let kept = try store.read(role) { try? set.recall(timestamp: kept) }
        let wanted = WantedFile(role: role, version: 0, bytesMax: MetadataLimits.timestampBytesMax)
        let bytes = try require(wanted, isConsistent: false)
        if try set.take(timestamp: bytes) { try store.write(role, bytes) }
    }

    private func updateSnapshot(_ set: inout TrustedSet) throws(Fault) {
        let wanted = try set.wantedSnapshot()
        if let kept = try store.read(wanted.role), (try? set.recall(snapshot: kept)) == true { return }
        let bytes = try require(wanted, isConsistent: set.root.body.isConsistent)
        try set.take(snapshot: bytes)
        try store.write(wanted.role, bytes)
    }

    private func updateTargets(_ set: inout TrustedSet) throws(Fault) {
        let wanted = try set.wanted(TopRole.targets.rawValue)
        if let kept = try store.read(wanted.role), (try? set.take(targets: kept)) != nil { return }
        let bytes = try require(wanted, isConsistent: set.root.body.isConsistent)
        try set.take(targets: bytes)
        try store.write(wanted.role, bytes)
    }

    /// What the metadata say of a target. Refreshes first if that has not been done.
    package func find(_ name: String) throws(Fault) -> VerifiedTarget {
        let set = try trusted()
        var search = TargetSearch(name)
        while let visit = try search.next() {
            let metadata = try look(visit, set)
            search.look(into: visit.role, metadata)
        }
        guard let (role, facts) = search.found else {
            throw Fault(.unlisted, "no role answers for a target \"\(name)\"")
        }
        return try VerifiedTarget(name, role: role, facts, isConsistent: set.root.body.isConsistent)
    }

    /// Refreshes first if that has not been done.
    func trusted() throws(Fault) -> TrustedSet {
        if set == nil { try refresh() }
        guard let set else { throw Fault(.missing, "the metadata have not been refreshed") }
        return set
    }

    func look(_ visit: TargetSearch.Visit, _ set: TrustedSet) throws(Fault) -> TargetsMetadata {
        guard let keys = visit.keys else {
            guard let targets = set.targets else { throw Fault(.missing, "no targets have been accepted yet") }
            return targets.body
        }
        if let kept = try store.read(visit.role), let good = try? set.delegated(kept, role: visit.role, by: keys) {
            return good.body
        }
        let bytes = try require(try set.wanted(visit.role), isConsistent: set.root.body.isConsistent)
        let metadata = try set.delegated(bytes, role: visit.role, by: keys)
        try store.write(visit.role, bytes)
        return metadata.body
    }

    private func require(_ wanted: WantedFile, isConsistent: Bool) throws(Fault) -> [UInt8] {
        guard let bytes = try fetch(wanted, isConsistent: isConsistent) else {
            throw Fault(.missing, "the repository has no \(wanted.name(isConsistent: isConsistent))")
        }
        return bytes
    }

    private func fetch(_ wanted: WantedFile, isConsistent: Bool) throws(Fault) -> [UInt8]? {
        let name = wanted.name(isConsistent: isConsistent)
        do throws(Fault) { return try source.metadata(name, bytesMax: wanted.bytesMax) } catch {
            throw error.code == .exhausted ? Self.endless(name, wanted.bytesMax) : error
        }
    }

    private static func endless(_ name: String, _ bytesMax: Int) -> Fault {
        Fault(.tooLong, "\(name) is longer than \(bytesMax) bytes, which is all that it may have")
    }

    /// A small target as a whole, checked: a manifest, say.
    package func read(_ target: VerifiedTarget, bytesMax: Int) throws(Fault) -> [UInt8] {
        guard target.length <= bytesMax else {
            throw Fault(.tooLong, "\"\(target.name)\" has \(target.length) bytes; at most \(bytesMax) are read at once")
        }
        let buffer = ByteBuffer(capacity: max(1, target.length))
        unsafe try stream(target) { bytes, place throws(Fault) in
            if place == 0 { buffer.removeAll() }
            unsafe buffer.append(bytes)
        }
        let bytes = unsafe Array(buffer.bytes)
        guard bytes.count == target.length, target.digests.match(bytes) else {
            throw Fault(.wrongDigest, "\"\(target.name)\" is not the file that was signed for")
        }
        return bytes
    }

    /// A target's bytes from `offset` on, at most as many as were signed for, and *not yet* checked: for takers that check
    /// the digest themselves before anybody sees the file.
    package func stream(
        _ target: VerifiedTarget, from offset: Int = 0,
        take: @escaping (_ bytes: UnsafeRawBufferPointer, _ offset: Int) throws(Fault) -> Void
    ) throws(Fault) {
        do throws(Fault) {
            unsafe try source.target(target.path, bytesMax: target.length, from: offset, take: take)
        } catch {
            throw error.code == .exhausted ? Self.endless("\"\(target.name)\"", target.length) : error
        }
    }
}
