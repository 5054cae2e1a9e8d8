internal import CTLS
package import Core

/// A server certificate and, for mutual TLS, the authority that clients must be signed by.
///
/// Concurrency: OpenSSL's contexts are reference counted and thread safe once configured.
@safe package final class TLSContext: @unchecked Sendable {
    let context: OpaquePointer

    package init(certificate: String, key: String, clientAuthority: String?) throws(Fault) {
        var made: OpaquePointer?
        let reason = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { text -> String in
            guard let start = text.baseAddress else { return "" }
            unsafe start.pointee = 0
            if let clientAuthority {
                unsafe made = unsafe ls_tls_context_create(certificate, key, clientAuthority, start, text.count)
            } else {
                unsafe made = unsafe ls_tls_context_create(certificate, key, nil, start, text.count)
            }
            return unsafe String(cString: start)
        }
        guard let made = unsafe made else {
            throw Fault(
                .invalid, "TLS cannot be set up: \(reason)",
                hint: "certificate and key must be PEM files that belong together")
        }
        unsafe context = unsafe made
    }
}
