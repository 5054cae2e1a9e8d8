import ControlLoop
import Testing

/// The short queue that the loop's parts wait in.
@Suite struct LineTests {
    private static func line(_ count: Int) -> Line<8, Int> {
        var line = Line<8, Int>(-1)
        for number in 0..<count { line.append(number) }
        return line
    }

    private static func all(_ line: Line<8, Int>) -> [Int] { (0..<line.count).map { line[$0] } }

    @Test(arguments: 0...8)
    func keepsItsOrder(_ count: Int) {
        let line = Self.line(count)
        #expect(Self.all(line) == Array(0..<count) && line.isEmpty == (count == 0) && line.isFull == (count == 8))
    }

    @Test(arguments: 9...20)
    func aFullOneDropsTheOldest(_ count: Int) { #expect(Self.all(Self.line(count)) == Array(count - 8..<count)) }

    @Test(arguments: 0..<8)
    func closesTheGap(_ place: Int) {
        var line = Self.line(8)
        line.remove(at: place)
        #expect(Self.all(line) == (0..<8).filter { $0 != place } && !line.isFull)
        line.append(99)
        #expect(line[7] == 99)
    }

    @Test func findsTheFirstThatFitsAndNothingThatIsGone() {
        var line = Self.line(8)
        #expect(line.firstIndex { $0 > 2 } == 3 && line.firstIndex { $0 > 7 } == nil)
        line.removeAll()
        #expect(line.isEmpty && line.firstIndex { _ in true } == nil)
    }
}
