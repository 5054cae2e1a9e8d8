internal import CKernel
internal import Core

extension FrameRing {
    /// The number of the newest whole frame, counted by the ring from 1; 0 before the first.
    package var newestNumber: UInt64 { unsafe ls_load_long(&ring.pointee.newest) }

    /// The newest frame, if it is newer than `number`.
    package func newest(after number: UInt64) -> FrameInRing? {
        // Between looking up the number and the cell the writer may have gone once round; then there is a newer one.
        for _ in 0..<cellCount {
            let newest = newestNumber
            guard newest > number else { return nil }
            if let frame = frame(newest) { return frame }
        }
        return nil
    }

    /// The oldest frame after `number` that is still there: for those who want every part.
    package func oldest(after number: UInt64) -> FrameInRing? {
        let newest = newestNumber
        guard newest > number else { return nil }
        let kept = UInt64(cellCount - 1)
        var place = max(number + 1, newest > kept ? newest - kept : 1)
        while place <= newest {
            if let frame = frame(place) { return frame }
            place += 1
        }
        return self.newest(after: number)
    }

    /// One frame by its number, unless it has been overwritten or what it says of itself cannot be.
    package func frame(_ number: UInt64) -> FrameInRing? {
        let cell = unsafe cell(number)
        guard unsafe ls_ring_holds(cell, number) else { return nil }
        let record = unsafe cell.pointee.frame
        guard unsafe ls_ring_still_holds(cell, number), let facts = FrameFacts(record), facts.fits(cellBytes) else {
            return nil
        }
        return FrameInRing(
            number: number, facts: facts, published: Instant(nanoseconds: record.published_ns), ring: self)
    }
}

extension FrameFacts {
    init?(_ record: ls_ring_frame) {
        guard let format = PixelFormat(rawValue: record.format), let clock = Clock(rawValue: record.clock) else {
            return nil
        }
        self.init()
        width = Int(record.width)
        height = Int(record.height)
        stride = Int(record.stride)
        self.format = format
        id = record.id
        deviceNanoseconds = record.device_ns
        self.clock = clock
        arrived = Instant(nanoseconds: record.arrived_ns)
    }
}
