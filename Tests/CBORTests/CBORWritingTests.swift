import CBOR
import Testing

@Suite struct CBORWritingTests {
    @Test(arguments: [
        Int.min, -4_294_967_297, -4_294_967_296, -65_537, -257, -256, -25, -24, 0, 23, 24, 255, 256, 65_535, 65_536,
        4_294_967_295, 4_294_967_296, .max,
    ])
    func wholeNumbersComeBack(_ whole: Int) throws {
        #expect(try CBORValue(parsing: CBORValue.whole(whole).encoded) == .whole(whole))
    }

    @Test(arguments: [0, -0.5, 0.1, 1.0 / 3, 1e308, -1e-308, .leastNonzeroMagnitude, 16_777_217, 3.5e+38])
    func numbersComeBack(_ number: Double) throws {
        #expect(try CBORValue(parsing: CBORValue.number(number).encoded) == .number(number))
    }

    @Test(arguments: [(0.0, "c100"), (-1, "c120"), (0.5, "c1fa3f000000"), (1_700_000_000.25, "c1fb41d954fc40100000")])
    func timesAreShort(_ seconds: Double, _ hex: String) throws {
        #expect(CBORVector.hex(CBORValue.time(seconds).encoded) == hex)
    }

    @Test func longTextsComeBack() throws {
        for count in [23, 24, 255, 256, 65_535, 65_536] {
            let values: [CBORValue] = [
                .text(String(repeating: "a", count: count)), .bytes(Array(repeating: 7, count: count)),
                .list(Array(repeating: .null, count: count)),
                .map((0..<count).map { CBORValue.Member("\($0)", .whole($0)) }),
            ]
            for value in values { #expect(try CBORValue(parsing: value.encoded) == value) }
        }
    }
}
