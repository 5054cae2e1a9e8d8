package import AWSProtocol
internal import Core

extension IdentityDesk {
    /// Identity and access management.
    package var iam: AWSService {
        let operations =
            Users(desk: self).operations + AccessKeys(desk: self).operations + Roles(desk: self).operations
            + CustomerPolicies(desk: self).operations + Attachments(desk: self, word: "Role").operations
            + Attachments(desk: self, word: "User").operations
        return AWSService(
            "iam", .query, version: "2010-05-08", invalid: "ValidationError", operations: operations)
    }
}
