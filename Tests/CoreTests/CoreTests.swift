import Core
import Testing

@Suite struct ByteBufferTests {
    @Test(arguments: [0, 7, 10, 99, 100, 12_345_678, Int.max, -1, -120, Int.min])
    func writesDecimals(_ value: Int) {
        let buffer = ByteBuffer(capacity: 1)
        buffer.append(decimal: value)
        #expect(buffer.text == "\(value)")
    }

    @Test func forgetsTheFrontAndKeepsTheRest() {
        let buffer = ByteBuffer(capacity: 4)
        buffer.append("request one|request two")
        buffer.removeFirst("request one|".utf8.count)
        #expect(buffer.text == "request two")
        buffer.removeFirst(1_000)
        #expect(buffer.text.isEmpty)
    }

    @Test func shrinksOnlyWhatGrew() {
        let buffer = ByteBuffer(capacity: 16)
        buffer.append("kept")
        buffer.shrink(to: 1 << 10)
        #expect(buffer.text == "kept")
        buffer.append(String(repeating: "x", count: 4_096))
        buffer.shrink(to: 1 << 10)
        #expect(buffer.count == 0)
    }
}

@Suite struct ByteSizeTests {
    @Test(arguments: [
        ("512", 512), ("1k", 1024), ("80MiB", 80 << 20), ("2GB", 2_000_000_000), ("1.5GiB", 3 << 29), ("10b", 10),
    ])
    func reads(_ text: String, _ bytes: Int) throws { #expect(try ByteSize(parsing: text).bytes == bytes) }

    @Test(arguments: ["", "MiB", "-1", "0", "1TB5", "nan", "1e300", "12 apples"])
    func refuses(_ text: String) { #expect(throws: Fault.self) { try ByteSize(parsing: text) } }

    @Test func printsWhatPeopleRead() { #expect("\(ByteSize(80 << 20)) \(ByteSize(7))" == "80.0 MiB 7 B") }
}

@Suite struct ModelNameTests {
    @Test(arguments: ["iris", "defect-detector-v17", "a", "A.b_C-9", String(repeating: "x", count: 128)])
    func accepts(_ text: String) throws { #expect(try ModelName(parsing: text).description == text) }

    /// [serve-models-4] Z5: nothing in a name may leave the folder.
    @Test(arguments: [
        "", ".", "..", ".hidden", "../etc/passwd", "a/b", "a b", "ä", "a\0b", String(repeating: "x", count: 129),
    ])
    func refuses(_ text: String) { #expect(throws: Fault.self) { try ModelName(parsing: text) } }
}

@Suite struct InstantTests {
    @Test func saturatesInsteadOfWrapping() {
        #expect(Instant(nanoseconds: .max - 1).advanced(by: 5) == .distantFuture)
        #expect(Instant(nanoseconds: 3).since(Instant(nanoseconds: 9)) == 0)
    }
}

@Suite struct PortTests {
    @Test(arguments: [([-1, 4], [3, 4], true), ([-1, 4], [3, 5], false), ([1, 4], [4], false), ([], [], true)])
    func acceptsShapes(_ port: [Int], _ given: [Int], _ fits: Bool) {
        #expect(Port(name: "x", type: .float32, shape: port).accepts(given) == fits)
    }

    @Test func batchesOnlyWhenEveryFirstAxisIsFree() {
        let free = Port(name: "x", type: .float32, shape: [-1, 4])
        let fixed = Port(name: "y", type: .float32, shape: [1, 4])
        #expect(ModelSignature(inputs: [free], outputs: [free]).canBatch)
        #expect(!ModelSignature(inputs: [fixed], outputs: [free]).canBatch)
        #expect(!ModelSignature(inputs: [free], outputs: [fixed]).canBatch)
    }
}

@Suite struct CivilTimeTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("2026-11-20T07:14:01.123Z", 1_795_158_841_123),
        ("2000-02-29T23:59:59Z", 951_868_799_000),
        ("2028-02-29T00:00:00.5Z", 1_835_395_200_500), ("1969-12-31T23:59:59Z", -1_000),
    ])
    func readsWhatItWrites(_ text: String, _ milliseconds: Int64) throws {
        let time = try #require(CivilTime(iso: text))
        #expect(time.milliseconds == milliseconds)
        #expect(CivilTime(iso: time.iso)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "2026-11-20", "2026-11-20T07:14:01", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-01-01T24:00:00Z",
        "2026-01-01 00:00:00Z", "2026-01-01T00:00:00+01:00", "2026-01-01T00:00:00.Z", "20260-01-01T00:00:00Z",
        "+026-01-01T00:00:00Z",
    ])
    func refusesWhatIsNoTime(_ text: String) { #expect(CivilTime(iso: text) == nil) }

    @Test func hexadecimalBothWays() {
        #expect(Hexadecimal.text([0, 0xab, 0xff]) == "00abff")
        #expect(Hexadecimal.bytes("00ABff") == [0, 0xab, 0xff])
        #expect(Hexadecimal.bytes("0") == nil && Hexadecimal.bytes("0g") == nil && Hexadecimal.bytes("") == [])
    }
}
