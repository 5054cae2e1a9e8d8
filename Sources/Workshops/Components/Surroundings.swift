/// What every component finds in its environment beside what its recipe says. Of the node's own environment nothing is passed on.
package struct Surroundings: Hashable, Sendable {
    package var thingName = "lineside"
    package var region = "us-east-1"
    /// Where the AWS SDKs look for every service; nil leaves it to them.
    package var endpointURL: String?
    /// Where they get their credentials; nil where there are none.
    package var credentialsURI: String?
    package var nodeVersion = ""
    /// Where Python packages of components go; nil leaves that to pip.
    package var python: PythonHome?
    package var path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    package init() {}

    /// Names the house in a step's environment, so that what a killed node left behind can be found.
    package static let houseVariable = "LINESIDE_HOUSE"
    /// Names one component of one start.
    package static let tokenVariable = "SVCUID"

    /// The environment of a step: the base, then the lifecycle's variables, then the step's own.
    package func environment(
        of spec: ComponentSpec, _ step: StepSpec, token: String, house: String, user: String
    ) -> [String: String] {
        var variables = [
            "AWS_IOT_THING_NAME": thingName, "AWS_REGION": region, "AWS_DEFAULT_REGION": region,
            "GGC_VERSION": nodeVersion, Self.tokenVariable: token, "HOME": spec.workFolder, "PATH": path,
            "LANG": "C.UTF-8",
        ]
        if let endpointURL { variables["AWS_ENDPOINT_URL"] = endpointURL }
        if let credentialsURI {
            variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = credentialsURI
            variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = token
        }
        if let python {
            variables.merge(python.variables(for: user)) { $1 }
            variables["PATH"] = "\(python.folder(of: user))/bin:\(path)"
        }
        variables.merge(spec.ambient) { $1 }
        variables.merge(spec.environment) { $1 }
        variables.merge(step.environment) { $1 }
        variables[Self.houseVariable] = house
        return variables
    }
}
