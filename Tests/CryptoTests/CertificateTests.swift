import Core
import Testing

@testable import Crypto

@Suite struct CertificateTests {
    private static let day: Int64 = 86_400

    private static func authority(_ kind: KeyKind = .ecdsa) throws -> CertificateAuthority {
        let key = PrivateKey(kind)
        let certificate = CertificateAuthority.founded("Plant", key: key, from: 0, until: day)
        return try #require(CertificateAuthority(certificate, key: key))
    }

    @Test(arguments: KeyKind.allCases)
    func authorityBelievesWhatItSigned(_ kind: KeyKind) throws {
        let authority = try Self.authority(kind)
        let issued = authority.issue(
            for: PrivateKey(.ecdsa).publicKey, commonName: "press", .client, from: Self.day, until: 2 * Self.day)
        #expect(issued.isSigned(by: authority.certificate))
        #expect(!issued.isSigned(by: try Self.authority().certificate))
        #expect((issued.begins, issued.ends) == (Self.day, 2 * Self.day))
        #expect(Certificate(pem: issued.pem) == issued)
    }

    @Test func everyCertificateIsAnother() throws {
        let (authority, key) = (try Self.authority(), PrivateKey(.ecdsa).publicKey)
        let issued = (0..<2).map { _ in authority.issue(for: key, commonName: "a", .client, from: 0, until: 1) }
        #expect(issued[0].digest != issued[1].digest)
    }

    @Test func anothersKeyMakesNoAuthority() throws {
        let certificate = CertificateAuthority.founded("Plant", key: PrivateKey(.ecdsa), from: 0, until: 1)
        #expect(CertificateAuthority(certificate, key: PrivateKey(.ecdsa)) == nil)
    }

    @Test(arguments: KeyKind.allCases)
    func requestNamesTheKeyThatSignedIt(_ kind: KeyKind) throws {
        let key = PrivateKey(kind)
        let request = try #require(CertificateRequest(pem: key.request(commonName: "press")))
        #expect(request.key.pem == key.publicKey.pem)
    }

    @Test func requestThatWasChangedIsNone() {
        let lines = PrivateKey(.ecdsa).request(commonName: "press").split(separator: "\n").map(String.init)
        // The last line but one holds the end of the signature.
        var changed = lines
        changed[lines.count - 2] = String(changed[lines.count - 2].reversed())
        #expect(CertificateRequest(pem: changed.joined(separator: "\n") + "\n") == nil)
        #expect(CertificateRequest(pem: "no request") == nil)
        #expect(Certificate(pem: lines.joined(separator: "\n")) == nil)
    }
}
