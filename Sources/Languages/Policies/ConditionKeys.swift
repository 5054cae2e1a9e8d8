/// Condition keys whose absence means something: there is such a value where it applies, and here it does not. Of any other
/// key nobody here knows whether AWS would have a value for it.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>
enum ConditionKeys {
    /// Told wherever they apply.
    private static let told: Set<String> = [
        "aws:sourceip", "aws:useragent", "aws:requestedregion", "aws:securetransport", "aws:currenttime",
        "aws:epochtime",
        "aws:principalarn", "aws:principalaccount", "aws:principaltype", "aws:principalisawsservice",
        "aws:principalservicename", "aws:viaawsservice", "aws:username", "aws:userid", "aws:resourceaccount",
        "iam:policyarn", "iam:passedtoservice", "sts:externalid", "sts:rolesessionname",
    ]
    /// Of what there is none here: second factors, organizations, private networks, calls by way of other services.
    private static let never: Set<String> = [
        "aws:multifactorauthpresent", "aws:multifactorauthage", "aws:principalorgid", "aws:principalorgpaths",
        "aws:resourceorgid", "aws:resourceorgpaths", "aws:sourcevpc", "aws:sourcevpce", "aws:vpcsourceip",
        "aws:calledvia", "aws:calledviafirst", "aws:calledvialast", "aws:federatedprovider", "aws:sourcearn",
        "aws:sourceaccount", "aws:sourceorgid", "aws:sourceidentity", "aws:principalservicenameslist",
        "iam:permissionsboundary", "iam:awsservicename", "sts:sourceidentity",
    ]
    /// Services that tell their own keys, but for those that stand in a body.
    private static let telling = ["s3:", "iot:"]
    private static let untold: Set<String> = ["s3:locationconstraint"]

    static func areTold(_ key: String) -> Bool {
        let key = key.lowercased()
        if untold.contains(key) { return false }
        return told.contains(key) || never.contains(key) || telling.contains { key.hasPrefix($0) }
    }
}
