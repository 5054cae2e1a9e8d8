package import Core

/// A device, known by its certificate.
package struct Device: Hashable, Sendable {
    /// The SHA-256 of the certificate, in hexadecimal.
    package let certificate: String
    package let account: String
    /// The certificate's.
    package let arn: String
    /// The things that hold the certificate.
    package let things: [String]

    package init(certificate: String, account: String, arn: String, things: [String]) {
        self.certificate = certificate
        self.account = account
        self.arn = arn
        self.things = things
    }
}

/// Which device may do what.
package protocol DeviceGatekeeper: Sendable {
    /// Whose certificate it is; nil when it is none of ours, or not active.
    func device(_ certificate: String) throws(ServiceProblem) -> Device?
    /// Nil, or why the device may not do this to that. `facts`: what is known of the request, by condition keys.
    func objection(
        to action: String, on resource: String, by device: Device, _ facts: [String: [String]]
    ) throws(ServiceProblem) -> String?
}
