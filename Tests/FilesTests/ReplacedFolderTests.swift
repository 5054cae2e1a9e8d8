import Core
import Files
import Synchronization
import Testing

@Suite struct ReplacedFolderTests {
    private func inFolder(_ body: (String) throws -> Void) throws {
        let folder = try FileAccess.temporaryFolder("lineside-replaced")
        defer { FileAccess.remove(folder) }
        try body(folder)
    }

    private func fill(_ folder: String, _ text: String) throws {
        try FileAccess.makeFolder(folder)
        for number in 0..<50 { try FileAccess.write(Array(text.utf8), to: "\(folder)/\(number)") }
    }

    @Test func theFirstTakesAnEmptyPlace() throws {
        try inFolder { folder in
            try fill("\(folder)/fresh", "new")
            try FileAccess.replaceFolder("\(folder)/place", with: "\(folder)/fresh")
            #expect(try FileAccess.names(in: folder) == ["place"])
            #expect(try FileAccess.names(in: "\(folder)/place").count == 50)
        }
    }

    @Test func nothingOfTheOldOneIsLeft() throws {
        try inFolder { folder in
            try fill("\(folder)/place", "old")
            try FileAccess.makeFolder("\(folder)/fresh")
            try FileAccess.replaceFolder("\(folder)/place", with: "\(folder)/fresh")
            #expect(try FileAccess.names(in: folder) == ["place"])
            #expect(try FileAccess.names(in: "\(folder)/place").isEmpty)
        }
    }

    /// [node-drift-1] A component that reads while its files are put back finds them, whole.
    @Test func whoReadsMeanwhileAlwaysFindsAFile() throws {
        try inFolder { folder in
            let place = "\(folder)/place"
            try fill(place, "words")
            let reader = Reader()
            Lane.start("reader") { reader.read("\(place)/49", wanted: Array("words".utf8)) }
            for _ in 0..<30 {
                try fill("\(folder)/fresh", "words")
                try FileAccess.replaceFolder(place, with: "\(folder)/fresh")
            }
            let (reads, misses) = reader.end()
            #expect(reads > 0 && misses == 0)
        }
    }
}

/// Reads one file again and again until it is told to end.
private final class Reader: Sendable {
    private struct Count {
        var reads = 0
        var misses = 0
        var isOver = false
    }

    private let count = Mutex(Count())
    private let ended = Flagpole()

    func read(_ path: String, wanted: [UInt8]) {
        while !count.withLock({ $0.isOver }) {
            let isMissed = (try? FileAccess.read(path)) != wanted
            count.withLock { count in
                count.reads += 1
                if isMissed { count.misses += 1 }
            }
        }
        ended.raise()
    }

    func end() -> (reads: Int, misses: Int) {
        count.withLock { $0.isOver = true }
        ended.wait()
        return count.withLock { ($0.reads, $0.misses) }
    }
}
