internal import Core

/// Frames that wait until it is known whose they are, and what is known of the frames of parts that wait.
struct FrameTray<Frame> {
    private let framesMax: Int
    private var claims: FrameClaims
    private var frames: [(number: UInt64, frame: Frame)] = []
    /// Parts that somebody will ask for.
    private var wanted: Set<PartKey> = []
    private var found: [PartKey: Result<Frame, FrameTrouble>] = [:]
    private(set) var dropped: UInt64 = 0

    /// At most `framesMax` frames wait.
    init(_ timing: FrameTiming, framesMax: Int) {
        self.framesMax = framesMax
        claims = FrameClaims(timing)
    }

    var isDeciding: Bool { claims.isDeciding }

    /// Why a part that has waited long enough has no frame.
    func absence(_ usual: String) -> FrameTrouble {
        FrameTrouble(
            reason: .deviceFault, text: claims.isInDoubt ? "a frame came that may be this part's or another's" : usual)
    }

    // MARK: parts

    /// A part has come. Whether or not anybody will judge it, its frame comes.
    mutating func expect(_ sighting: PartSighting, since: Instant) {
        guard let key = sighting.key else { return claims.forgetParts(before: since) }
        if sighting.isAsked { wanted.insert(key) }
        claims.trigger(key, since: since)
    }

    /// Somebody will ask for a part of this id.
    func isWanted(_ part: UInt32) -> Bool { wanted.contains { $0.part == part } }

    /// Nobody asks for this part any more; its frame may still come, and must not be taken for another's.
    mutating func forget(_ key: PartKey) {
        wanted.remove(key)
        found[key] = nil
    }

    /// The part has a frame that names it.
    mutating func name(_ part: UInt32) { note(claims.name(part)) { $0 } }

    // MARK: frames

    mutating func put(_ frame: Frame, number: UInt64, at moment: Instant, taken: Instant) {
        if frames.count >= framesMax {
            frames.removeFirst()
            dropped += 1
        }
        frames.append((number, frame))
        claims.arrive(number, at: moment, taken: taken)
    }

    mutating func lose(at moment: Instant) { claims.lose(at: moment) }

    /// Finds the owners of everything that came up to `heard`. `keep` makes a frame last until its part is judged.
    mutating func sort(heard: Instant, keep: (Frame) throws(FrameTrouble) -> Frame) {
        note(claims.decide(heard: heard), keep)
    }

    private mutating func note(_ findings: [FrameClaims.Finding], _ keep: (Frame) throws(FrameTrouble) -> Frame) {
        for finding in findings { note(finding, keep) }
        let undecided = claims.undecided
        frames.removeAll { frame in !undecided.contains(frame.number) }
    }

    private mutating func note(_ finding: FrameClaims.Finding, _ keep: (Frame) throws(FrameTrouble) -> Frame) {
        switch finding {
        case .shows(let number, let key):
            guard wanted.contains(key) else { return }
            guard let frame = frames.first(where: { $0.number == number })?.frame else {
                return fail(key, "its frame was dropped: too many wait")
            }
            do throws(FrameTrouble) { found[key] = .success(try keep(frame)) } catch { found[key] = .failure(error) }
        case .doubtful(let key): fail(key, "a frame came that may be this part's or another's")
        case .lost(let key): fail(key, "its frame was damaged, dropped or missing")
        }
    }

    private mutating func fail(_ key: PartKey, _ text: String) {
        guard wanted.contains(key) else { return }
        found[key] = .failure(FrameTrouble(reason: .deviceFault, text: text))
    }

    /// Whether something is known of a part's frame.
    func has(_ key: PartKey) -> Bool { found[key] != nil }

    /// What is known of a part's frame; nil as long as nothing is.
    mutating func take(_ key: PartKey) throws(FrameTrouble) -> Frame? {
        guard let result = found.removeValue(forKey: key) else { return nil }
        return try result.get()
    }
}

extension FrameTray: Sendable where Frame: Sendable {}
