/// Where Python packages go that components install, so that one may bring what another uses: a folder for each user, because
/// nobody should run what somebody else installed.
package struct PythonHome: Hashable, Sendable {
    /// How pip deals with pins that contradict each other.
    package enum Resolver: String, Hashable, Sendable, CaseIterable {
        /// It installs what is asked for, and warns.
        case asWritten = "as-written"
        /// It refuses.
        case strict
    }

    package let folder: String
    package let resolver: Resolver

    package init(folder: String, resolver: Resolver) {
        self.folder = folder
        self.resolver = resolver
    }

    package func folder(of user: String) -> String { "\(folder)/\(user.prefix { $0 != ":" })" }

    /// What pip and Python read. Debian's Python takes packages from nobody but Debian unless it is told to.
    func variables(for user: String) -> [String: String] {
        var variables = ["PYTHONUSERBASE": folder(of: user), "PIP_BREAK_SYSTEM_PACKAGES": "1"]
        if user != "root" { variables["PIP_USER"] = "1" }
        if resolver == .asWritten { variables["PIP_USE_DEPRECATED"] = "legacy-resolver" }
        return variables
    }
}
