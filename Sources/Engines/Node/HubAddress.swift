internal import Core
internal import WebClient

/// Where a node's hub is, and how the node proves who it is: a plant's own hub, or AWS.
package struct HubAddress: Hashable, Sendable {
    package var host: String
    package var messagePort = 8883
    /// For components, groups and their artifacts.
    package var documents: String
    /// For credentials; nil where no role is named.
    package var credentials: String?
    package var roleAlias: String?
    package var certificateFile: String
    package var keyFile: String
    package var authorityFile: String

    /// Where it has signed releases.
    var releases: String { documents + "/releases" }

    /// How it is spoken to over HTTPS: with the node's certificate, believing the hub's authority alone.
    var webPlan: WebPlan {
        var plan = WebPlan()
        plan.authorityFile = authorityFile
        plan.certificateFile = certificateFile
        plan.keyFile = keyFile
        plan.noProxy = "*"
        return plan
    }
}

extension NodeConfiguration {
    /// Nil while something is missing that speaking to a hub takes; then the node works for itself.
    package var hub: HubAddress? {
        guard let host = identity.dataHost, let certificate = identity.certificateFile, let key = identity.keyFile,
            let authority = identity.authorityFile
        else { return nil }
        return HubAddress(
            host: host, messagePort: identity.messagePort, documents: "https://\(host):\(identity.documentPort)",
            credentials: identity.credentialsHost.map { "https://\($0)" }, roleAlias: identity.roleAlias,
            certificateFile: certificate, keyFile: key, authorityFile: authority)
    }
}
