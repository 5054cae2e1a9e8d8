internal import AWSProtocol

extension Caller {
    /// The hub itself, when it asks its own departments as anybody would.
    static func house(of account: String) -> Caller {
        Caller(account: account, arn: "arn:aws:iam::\(account):service/lineside", userID: "lineside", keyID: "")
    }
}
