import Core
import Files
import Testing

@Suite struct RotatedFileTests {
    private func inFolder(_ body: (String) throws -> Void) throws {
        let folder = try FileAccess.temporaryFolder("lineside-rotated")
        defer { FileAccess.remove(folder) }
        try body(folder)
    }

    private func text(_ path: String) -> String? {
        (try? FileAccess.read(path)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// [component-log-2] The files together stay under their cap, and the newest bytes are the ones that are kept.
    @Test func keepsTheNewest() throws {
        try inFolder { folder in
            var file = RotatedFile("\(folder)/a.log", bytesMax: 12 << 10, files: 3)
            for number in 0..<64 { file.append([UInt8](repeating: UInt8(33 + number), count: 1 << 10)) }
            let names = try FileAccess.names(in: folder)
            #expect(names == ["a.log", "a.log.1", "a.log.2"])
            let sizes = names.map { FileAccess.facts("\(folder)/\($0)")?.bytes ?? 0 }
            #expect(sizes.reduce(0, +) <= 12 << 10)
            #expect(text("\(folder)/a.log")?.utf8.last == UInt8(33 + 63))
            #expect(file.lost == 0)
        }
    }

    @Test func goesOnWithAFileThatIsThere() throws {
        try inFolder { folder in
            do {
                var file = RotatedFile("\(folder)/a.log", bytesMax: 8 << 10, files: 2)
                file.append(Array("one ".utf8))
            }
            var file = RotatedFile("\(folder)/a.log", bytesMax: 8 << 10, files: 2)
            file.append(Array("two".utf8))
            #expect(text("\(folder)/a.log") == "one two")
            file.append([UInt8](repeating: 46, count: 4096))
            #expect(text("\(folder)/a.log.1") == "one two")
        }
    }

    @Test func countsWhatTheDiskDoesNotTake() {
        var file = RotatedFile("/proc/no-such-place/a.log", bytesMax: 8 << 10, files: 2)
        file.append([1, 2, 3])
        #expect(file.lost == 3)
    }
}
