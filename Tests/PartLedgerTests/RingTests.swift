import Testing

@testable import PartLedger

@Suite struct RingTests {
    private static func list(_ ring: Ring<Int>) -> [Int] { (0..<ring.count).compactMap { ring[$0] } }

    /// Against an array that does the same, with a ring that has to go round and to grow.
    @Test func isAQueueWithTwoEnds() {
        var ring = Ring<Int>(capacity: 3)
        var model: [Int] = []
        for step in 0..<2_000 {
            switch step * 7 % 11 {
            case 0...4:
                ring.append(step)
                model.append(step)
            case 5:
                ring.prepend(step)
                model.insert(step, at: 0)
            default:
                #expect(ring.popFirst() == (model.isEmpty ? nil : model.removeFirst()))
            }
            #expect(ring.count == model.count)
        }
        #expect(Self.list(ring) == model)
        #expect(ring[model.count] == nil)
    }

    @Test func growsInOrder() {
        var ring = Ring<Int>(capacity: 2)
        for number in 3...9 { ring.append(number) }
        for number in [2, 1] { ring.prepend(number) }
        #expect(Self.list(ring) == Array(1...9))
    }
}
