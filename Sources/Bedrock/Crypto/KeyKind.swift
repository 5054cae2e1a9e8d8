internal import CKeys

/// The kinds of keys that sign here, each with one way to sign.
package enum KeyKind: String, Hashable, Sendable, CaseIterable {
    case ed25519
    /// ECDSA over P-256 with SHA-256; signatures in DER.
    case ecdsa
    /// RSA-PSS with SHA-256.
    case rsa

    /// A smaller RSA key signs nothing here.
    static let rsaBitsMin = 2_048
    package static let rsaBits = 3_072

    var number: ls_key_kind {
        switch self {
        case .ed25519: LS_KEY_ED25519
        case .ecdsa: LS_KEY_P256
        case .rsa: LS_KEY_RSA
        }
    }
}
