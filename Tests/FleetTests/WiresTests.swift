import AWSDoor
import AWSProtocol
import Core
import Crypto
import Files
import Synchronization
import Testing

@testable import Fleet

/// A closure that is kept behind a lock was once wrapped again each time it was called, until that overflowed the stack.
@Suite struct WiresTests {
    private struct Nobody: CallLedger {
        func note(_ record: CallRecord) {}
    }

    @Test func tellingOftenCostsNoMoreThanTellingOnce() throws {
        let key = PrivateKey(.ecdsa)
        let certificate = CertificateAuthority.founded("Plant", key: key, from: 0, until: 1)
        let folder = try FileAccess.temporaryFolder("lineside-fleet")
        defer { FileAccess.remove(folder) }
        let desk = try FleetDesk(
            folder + "/fleet.db", account: "1", region: "r",
            authority: try #require(CertificateAuthority(certificate, key: key)), seal: .minted(), ledger: Nobody(),
            addresses: { DeviceAddresses(messages: "", documents: "") })
        defer { desk.close() }
        let told = Atomic<Int>(0)
        desk.connect(herald: { _, _ in told.add(1, ordering: .relaxed) }, expeller: { _ in })
        for _ in 0..<200_000 { desk.tell(.null, under: "topic") }
        #expect(told.load(ordering: .relaxed) == 200_000)
    }
}
