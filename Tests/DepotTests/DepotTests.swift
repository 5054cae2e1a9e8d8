import Core
import Crypto
import Depot
import Disk
import Files
import Testing

/// Blobs on a real disk.
@Suite struct DepotTests {
    @Test func aBlobIsThereWholeOrNotAtAll() throws {
        let bench = try Workbench()
        let depot = try bench.depot()
        let bytes = [UInt8](repeating: 9, count: 5_000)
        let blob = BlobReference(SHA256.digest(of: bytes), length: bytes.count)
        let intake = try depot.intake(blob)
        try intake.append(Array(bytes.prefix(4_000)))
        #expect(!depot.holds(blob.digest))
        try intake.append(Array(bytes.suffix(1_000)))
        #expect(!depot.holds(blob.digest))
        try intake.finish()
        #expect(depot.length(of: blob.digest) == 5_000)
        #expect(depot.isWhole(blob.digest))
        #expect(try FileAccess.read(depot.path(of: blob.digest)) == bytes)
    }

    @Test func whatIsNotAnnouncedIsRefused() throws {
        let bench = try Workbench()
        let depot = try bench.depot()
        let blob = BlobReference(SHA256.digest(of: [1, 2, 3]), length: 3)
        let wrong = try depot.intake(blob)
        try wrong.append([1, 2, 4])
        #expect(throws: Fault.self) { try wrong.finish() }
        let long = try depot.intake(blob)
        #expect(throws: Fault.self) { try long.append([1, 2, 3, 4]) }
        let short = try depot.intake(blob)
        try short.append([1])
        #expect(throws: Fault.self) { try short.finish() }
        try short.abandon()
        #expect(try bench.tree() == ["blobs", "blobs/sha256", "partial"])
    }

    @Test func goesOnWhereItStopped() throws {
        let bench = try Workbench()
        bench.settings.flushBytes = 1_000
        let bytes = (0..<5_000).map { UInt8(truncatingIfNeeded: $0) }
        let blob = BlobReference(SHA256.digest(of: bytes), length: bytes.count)
        do {
            let intake = try bench.depot().intake(blob)
            for piece in 0..<3 { try intake.append(Array(bytes[piece * 900..<piece * 900 + 900])) }
        }
        // 1,800 were flushed, 900 were not: what a power cut may have torn is not believed.
        let depot = try bench.depot()
        let intake = try depot.intake(blob)
        #expect(intake.offset == 1_800)
        #expect(intake.isResumed)
        try intake.append(Array(bytes[1_800...]))
        try intake.finish()
        #expect(depot.isWhole(blob.digest))
        #expect(try FileAccess.names(in: bench.root + "/partial").isEmpty)
    }

    @Test func onlyOneMayHaveIt() throws {
        let bench = try Workbench()
        let first = try bench.depot()
        #expect(throws: Fault.self) { try bench.depot() }
        withExtendedLifetime(first) {}
    }

    @Test func collectsWhatNothingLeadsTo() throws {
        let bench = try Workbench()
        let deployer = try bench.deployer()
        let depot = deployer.depot
        for number in 1...4 {
            #expect(
                try bench.deploy(
                    [(Sample.left, SampleRelease(number))], id: "d\(number)", created: UInt64(number), with: deployer)
                    == .succeeded)
        }
        // Active and good is 4, before it 3; each has a document and two blobs of its own, and one that is everybody's.
        #expect(try FileAccess.names(in: bench.root + "/partial").isEmpty)
        #expect(try bench.blobs().count == 7)
        let stray = try depot.put([1, 2, 3])
        let collection = try depot.collect()
        #expect(collection.blobs == 1 && collection.bytes == 3)
        #expect(!depot.holds(stray))
        for number in 3...4 {
            for blob in SampleRelease(number).references { #expect(depot.isWhole(blob.digest)) }
        }
    }

    /// A document that cannot be read may lead anywhere.
    @Test func collectsNothingWhenADocumentIsDamaged() throws {
        let bench = try Workbench()
        let deployer = try bench.deployer()
        try bench.deploy([(Sample.left, SampleRelease(1))], id: "d1", with: deployer)
        let stray = try deployer.depot.put([1, 2, 3])
        try FileAccess.write([1], to: deployer.depot.path(of: SampleRelease(1).digest))
        #expect(throws: Fault.self) { try deployer.depot.collect() }
        #expect(deployer.depot.holds(stray))
    }

    @Test func aDamagedRecordIsNotBelieved() throws {
        let bench = try Workbench()
        try bench.deploy([(Sample.left, SampleRelease(1))], id: "d1", with: try bench.deployer())
        var bytes = try FileAccess.read(bench.root + "/record")
        bytes[40] ^= 1
        try FileAccess.write(bytes, to: bench.root + "/record")
        #expect(throws: Fault.self) { try bench.depot() }
    }
}

extension Workbench {
    func blobs() throws -> Set<String> { try tree().filter { $0.hasPrefix("blobs/sha256/") && $0.utf8.count > 64 } }
}
