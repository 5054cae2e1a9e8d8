package import Core
package import FrameRing
internal import Images

/// A real camera, whose frames another process puts into a ring. A part's frame is the first that was taken after its
/// trigger; when it could be another's (`FrameClaims`), or one came to harm meanwhile, it has none.
///
/// Concurrency: confined to the station's decision thread.
@safe package final class RingSource: FrameSource {
    package let name: String
    package private(set) var status = SourceStatus()
    private let ring: FrameRing
    private let isPulled: Bool
    private var reader: FrameReader
    private var tray: FrameTray<RingFrame>
    private var clock = FrameClock()
    private var openings: UInt64 = 0
    /// What was lost before we last looked.
    private var harmed: UInt64
    private var skipped: UInt64 = 0
    private let room = FrameRoom()
    private static let turn = 5 * Span64.millisecond
    private static let shortTurn = Span64.millisecond
    private static let newsMax = 16

    /// `isPulled`: the camera takes a frame when it is told to, by us.
    package init(_ address: String, ring: FrameRing, isPulled: Bool, timing: FrameTiming) {
        name = address
        self.ring = ring
        self.isPulled = isPulled
        reader = FrameReader(ring, order: .inOrder)
        tray = FrameTray(timing, framesMax: ring.cellCount)
        harmed = ring.harmedCount
        note(ring.state)
    }

    private func note(_ state: CameraState) {
        // A camera that was opened anew may have begun to count its time anew.
        if state.counts.openings != openings { clock = FrameClock() }
        openings = state.counts.openings
        status.isConnected = state.phase == .connected
        status.lost = state.counts.losses
        status.text = status.isConnected ? state.name : state.error
    }

    // MARK: which parts there are

    package func expect(_ sighting: PartSighting) {
        // A camera that we pull takes its frame when we ask for it, and of no other part.
        if !isPulled { tray.expect(sighting, since: sighting.since) }
    }

    package func forget(_ key: PartKey) { tray.forget(key) }

    // MARK: which frames there are

    package func tend(heard: Instant) {
        for _ in 0..<Self.newsMax {
            let news = reader.next(until: .now)
            if case .silence = news { break }
            hear(news)
        }
        noteHarm()
        // Whom we pull for we know at once.
        tray.sort(heard: isPulled ? .distantFuture : heard) { frame throws(FrameTrouble) in try room.keep(frame) }
        status.frames = ring.newestNumber
    }

    private func hear(_ news: FrameNews) {
        switch news {
        case .frame(let frame):
            noteHarm()
            let facts = frame.facts
            let taken =
                facts.clock == .none
                ? facts.arrived : clock.taken(arrived: facts.arrived, deviceNanoseconds: facts.deviceNanoseconds)
            tray.put(RingFrame(inRing: frame), number: frame.number, at: facts.arrived, taken: taken)
        case .changed(let state): note(state)
        case .silence: return
        }
    }

    /// Frames that came to harm on their way, or were overwritten before we looked, were somebody's.
    private func noteHarm() {
        let now = ring.harmedCount
        guard now != harmed || reader.skipped != skipped else { return }
        harmed = now
        skipped = reader.skipped
        tray.lose(at: .now)
    }

    package func frame(of key: PartKey, until deadline: Instant, tend: () -> Void) throws(FrameTrouble) -> SourceFrame {
        note(ring.state)
        if isPulled, status.isConnected { pull(key) }
        while true {
            if let frame = try tray.take(key) { return try show(frame) }
            guard status.isConnected else {
                throw FrameTrouble(reason: .deviceFault, text: "the camera is lost: \(status.text)")
            }
            guard Instant.now < deadline else { throw tray.absence("no frame came in time") }
            tend()
            let turn = tray.isDeciding ? Self.shortTurn : Self.turn
            if !tray.has(key) { hear(reader.next(until: min(deadline, Instant.now.advanced(by: turn)))) }
        }
    }

    private func pull(_ key: PartKey) {
        tend(heard: .distantFuture)
        tray.expect(.asked(key), since: .now)
        ring.pull()
    }

    private func show(_ frame: RingFrame) throws(FrameTrouble) -> SourceFrame {
        let facts = frame.facts
        do throws(Fault) {
            return SourceFrame(
                view: try room.show(frame), file: nil, id: facts.id,
                deviceNanoseconds: facts.clock == .none ? nil : facts.deviceNanoseconds)
        } catch { throw FrameTrouble(reason: .inputInvalid, text: error.message) }
    }
}
