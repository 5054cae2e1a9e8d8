internal import AWSProtocol
package import AWSSignature
internal import Core

/// The key with which the house itself signs addresses that it hands out: for reading objects, and for nothing else. It lives
/// as long as this process; an address that outlived it is asked for again.
struct HouseKey: Sendable {
    let credentials: AWSCredentials
    let caller: AWSProtocol.Caller

    init(account: String) {
        let keyID = "AKIA" + Secret.minted(letters: 16, capitalsOnly: true)
        credentials = AWSCredentials(keyID: keyID, secret: Secret.minted(letters: 40))
        caller = AWSProtocol.Caller(
            account: account, arn: "arn:aws:iam::\(account):service/greengrass", userID: "greengrass", keyID: keyID)
    }

    func objection(to action: String) -> String? {
        action == "s3:GetObject" ? nil : "because the house's own key only reads objects"
    }
}

extension IdentityDesk {
    /// Signs addresses of objects that the house hands out.
    package var houseCredentials: AWSCredentials { house.credentials }
}
