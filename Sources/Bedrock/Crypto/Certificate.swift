internal import CKeys

/// Somebody's key with a name, signed by an authority: an X.509 certificate in PEM.
package struct Certificate: Hashable, Sendable {
    package let pem: String
    /// What it is known by: the SHA-256 of its bytes in DER.
    package let digest: SHA256Digest
    /// Seconds since 1970.
    package let begins: Int64
    package let ends: Int64

    /// Nil for what is no certificate.
    package init?(pem: String) {
        let text = Array(pem.utf8)
        var facts = ls_certificate_facts()
        guard unsafe ls_certificate_read(text, text.count, &facts) else { return nil }
        let bytes = unsafe withUnsafeBytes(of: &facts.sha256) { unsafe Array($0) }
        guard let digest = SHA256Digest(bytes) else { return nil }
        self.pem = pem
        self.digest = digest
        begins = facts.begins
        ends = facts.ends
    }

    /// Whether the holder of that certificate's key signed this one.
    package func isSigned(by authority: Certificate) -> Bool {
        let (text, other) = (Array(pem.utf8), Array(authority.pem.utf8))
        return unsafe ls_certificate_is_of(text, text.count, other, other.count)
    }
}

/// What somebody asks to have signed: a key, proved to be his.
package struct CertificateRequest: Sendable {
    package let key: PublicKey
    let handle: KeyHandle

    /// Nil for what is no PEM request, is not signed by its own key, or has a key of a kind that is not used here.
    package init?(pem: String) {
        let text = Array(pem.utf8)
        guard let handle = unsafe KeyHandle(taking: ls_request_key(text, text.count)) else { return nil }
        self.handle = handle
        key = PublicKey(handle)
    }
}

extension PrivateKey {
    /// The text by which an authority is asked to sign this key.
    package func request(commonName: String) -> String {
        unsafe PEMText.written { room in unsafe ls_request_make(handle.key, commonName, room) }
    }
}

/// Texts that libcrypto writes into room of ours.
enum PEMText {
    static func written(_ write: (UnsafeMutablePointer<CChar>) -> Int) -> String {
        var room = [CChar](repeating: 0, count: Int(LS_PEM_MAX))
        let count = unsafe room.withUnsafeMutableBufferPointer { room in
            unsafe room.baseAddress.map { unsafe write($0) } ?? 0
        }
        precondition(count > 0, "libcrypto could not write a certificate")
        return String(decoding: room.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
