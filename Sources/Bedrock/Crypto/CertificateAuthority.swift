internal import CKeys

/// Signs certificates under one key.
package struct CertificateAuthority: Sendable {
    package let certificate: Certificate
    private let key: PrivateKey

    /// What a certificate is good for.
    package enum Purpose: String, Hashable, Sendable {
        case server = "serverAuth"
        case client = "clientAuth"
    }

    /// An authority that was made before; nil when the two do not belong together.
    package init?(_ certificate: Certificate, key: PrivateKey) {
        self.certificate = certificate
        self.key = key
        let probe = issue(for: key.publicKey, commonName: "probe", .client, from: 0, until: 1)
        guard probe.isSigned(by: certificate) else { return nil }
    }

    /// A new authority, which signs itself.
    package static func founded(
        _ commonName: String, key: PrivateKey, from begins: Int64, until ends: Int64
    ) -> Certificate {
        let pem = unsafe PEMText.written { room in
            unsafe commonName.withCString { commonName in
                var plan = unsafe ls_certificate_plan(
                    common_name: commonName, alternative_names: nil, purpose: nil, begins: begins, ends: ends)
                return unsafe ls_certificate_issue(key.handle.key, nil, key.handle.key, &plan, room)
            }
        }
        guard let certificate = Certificate(pem: pem) else { fatalError("libcrypto wrote no certificate") }
        return certificate
    }

    /// `names`: as OpenSSL writes them, `DNS:localhost` and `IP:127.0.0.1`.
    package func issue(
        for subject: PublicKey, commonName: String, _ purpose: Purpose, names: [String] = [], from begins: Int64,
        until ends: Int64
    ) -> Certificate {
        let alternatives = names.joined(separator: ",")
        let pem = unsafe PEMText.written { room in
            unsafe commonName.withCString { commonName in
                unsafe alternatives.withCString { alternatives in
                    unsafe purpose.rawValue.withCString { purpose in
                        var plan = unsafe ls_certificate_plan(
                            common_name: commonName, alternative_names: names.isEmpty ? nil : alternatives,
                            purpose: purpose, begins: begins, ends: ends)
                        return unsafe ls_certificate_issue(
                            key.handle.key, certificate.pem, subject.handle.key, &plan, room)
                    }
                }
            }
        }
        guard let issued = Certificate(pem: pem) else { fatalError("libcrypto wrote no certificate") }
        return issued
    }
}
