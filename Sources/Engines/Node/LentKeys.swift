package import AWSSignature
package import Core
internal import Synchronization

/// What a node signs with, lent by its hub through the role alias; fetched again before it runs out.
package final class LentKeys: Sendable {
    private struct Loan {
        let credentials: AWSCredentials
        let until: Int64
    }

    private let address: HubAddress
    private let thing: String
    private let loan = Mutex<Loan?>(nil)
    /// As AWS's own software: renewed five minutes before the end.
    private static let earlyMilliseconds: Int64 = 300_000

    package init(_ address: HubAddress, thing: String) {
        self.address = address
        self.thing = thing
    }

    package func current() throws(Fault) -> AWSCredentials {
        let now = Int64(WallClock.milliseconds)
        if let loan = loan.withLock({ $0 }), loan.until - Self.earlyMilliseconds > now { return loan.credentials }
        let said = try HubWeb(address, thing: thing).credentials()
        guard let id = said["accessKeyId"]?.text, let secret = said["secretAccessKey"]?.text else {
            throw Fault(.invalid, "the hub gives no credentials")
        }
        let until = said["expiration"]?.text.flatMap { CivilTime(iso: $0) }?.milliseconds ?? now
        let lent = AWSCredentials(keyID: id, secret: secret, sessionToken: said["sessionToken"]?.text)
        loan.withLock { $0 = Loan(credentials: lent, until: until) }
        return lent
    }
}
