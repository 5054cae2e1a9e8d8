import Core
import Testing

@testable import Crypto

@Suite struct KeyTests {
    private static let message = Array("signed".utf8)

    @Test(arguments: KeyKind.allCases)
    func signsAndVerifies(_ kind: KeyKind) throws {
        let key = PrivateKey(kind)
        let signature = key.sign(Self.message)
        #expect(key.publicKey.kind == kind)
        #expect(key.publicKey.verifies(signature, of: Self.message))
        #expect(!key.publicKey.verifies(signature, of: Self.message + [0]))
        #expect(!key.publicKey.verifies([], of: Self.message))
        #expect(!key.publicKey.verifies(Array(signature.dropLast()), of: Self.message))
        #expect(!PrivateKey(kind).publicKey.verifies(signature, of: Self.message))
        let read = try #require(PublicKey(pem: key.publicKey.pem))
        #expect(read.verifies(signature, of: Self.message))
    }

    @Test(arguments: KeyKind.allCases)
    func keyFilesOpenOnlyWithTheirPassphrase(_ kind: KeyKind) throws {
        let key = PrivateKey(kind)
        let open = try PrivateKey(pem: key.pem(passphrase: nil))
        #expect(open.publicKey.pem == key.publicKey.pem)
        let locked = key.pem(passphrase: "correct horse")
        #expect(String(decoding: locked, as: UTF8.self).contains("ENCRYPTED"))
        #expect(throws: PrivateKey.Refusal.needsPassphrase) { try PrivateKey(pem: locked) }
        #expect(throws: PrivateKey.Refusal.wrongPassphrase) { try PrivateKey(pem: locked, passphrase: "battery") }
        #expect(try PrivateKey(pem: locked, passphrase: "correct horse").publicKey.pem == key.publicKey.pem)
    }

    /// RFC 8032, 7.1, test 2.
    @Test func ed25519IsEd25519() throws {
        let bytes = try #require(
            Hexadecimal.bytes("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"))
        let signature = try #require(
            Hexadecimal.bytes(
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
            ))
        let key = try #require(PublicKey(ed25519: bytes))
        #expect(key.verifies(signature, of: [0x72]) && key.ed25519 == bytes)
    }

    @Test(arguments: ["", "not a key", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"])
    func refusesWhatIsNoKey(_ text: String) {
        #expect(PublicKey(pem: text) == nil)
        #expect(throws: PrivateKey.Refusal.notAKey) { try PrivateKey(pem: Array(text.utf8)) }
        #expect(PublicKey(ed25519: Array(text.utf8)) == nil)
    }

    @Test func sha512IsTheStandards() {
        var sha = SHA512()
        Array("abc".utf8).withUnsafeBytes { sha.update($0) }
        let digest = Hexadecimal.text(sha.finish())
        #expect(digest.hasPrefix("ddaf35a193617abacc417349ae204131") && digest.hasSuffix("2a9ac94fa54ca49f"))
    }
}
