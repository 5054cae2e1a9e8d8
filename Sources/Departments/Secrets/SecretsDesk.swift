package import AWSProtocol
package import Core
package import Crypto
internal import Records

/// Secrets in versions, sealed on the disk.
///
/// Concurrency: everything lies in the shelf.
package final class SecretsDesk: Sendable {
    static let kind = "secret"
    let shelf: RecordShelf
    let seal: SealingKey

    package init(_ path: String, seal: SealingKey) throws(Fault) {
        self.seal = seal
        shelf = try RecordShelf(path)
    }

    package func close() { shelf.close() }

    package var service: AWSService {
        AWSService(
            "secretsmanager", .json11, targets: ["secretsmanager"], version: "2017-10-17",
            invalid: "InvalidParameterException", operations: SecretOperations(desk: self).all)
    }
}
