import Components
import Core
import HTTP
import Testing

/// [component-env-1] A23: what components find around them.
@Suite struct SurroundingsTests {
    private func variables(_ change: (inout Surroundings, inout ComponentSpec) -> Void) -> [String: String] {
        var surroundings = Surroundings()
        var spec = ComponentSpec.plain("c", [.run])
        change(&surroundings, &spec)
        return surroundings.environment(
            of: spec, spec.steps[.run] ?? StepSpec(""), token: "secret", house: "/house",
            user: "nobody:nogroup")
    }

    @Test func theStepsVariablesWin() {
        let found = variables { _, spec in
            spec.environment = ["A": "life", "B": "life", "AWS_REGION": "mars"]
            spec.steps[.run]?.environment = ["B": "step"]
        }
        #expect(found["A"] == "life" && found["B"] == "step" && found["AWS_REGION"] == "mars")
    }

    @Test func credentialsOnlyWhereThereAreSome() {
        #expect(variables { _, _ in }["AWS_CONTAINER_AUTHORIZATION_TOKEN"] == nil)
        let found = variables { surroundings, _ in surroundings.credentialsURI = "http://127.0.0.1:1/x" }
        #expect(found["AWS_CONTAINER_AUTHORIZATION_TOKEN"] == "secret")
    }

    /// One component may bring what another uses, of the same user.
    @Test func pythonPackagesHaveAHomeForEachUser() {
        let found = variables { surroundings, _ in surroundings.python = PythonHome(folder: "/p", resolver: .strict) }
        #expect(found["PYTHONUSERBASE"] == "/p/nobody" && found["PIP_USER"] == "1")
        #expect(found["PATH"]?.hasPrefix("/p/nobody/bin:") ?? false)
        #expect(found["PIP_USE_DEPRECATED"] == nil)
        let lenient = PythonHome(folder: "/p", resolver: .asWritten)
        #expect(variables { surroundings, _ in surroundings.python = lenient }["PIP_USE_DEPRECATED"] != nil)
    }

    /// What a killed node left behind is found by it, so no recipe may change it.
    @Test func theHouseIsNotOverruled() {
        let found = variables { _, spec in spec.environment[Surroundings.houseVariable] = "/elsewhere" }
        #expect(found[Surroundings.houseVariable] == "/house")
    }
}

@Suite struct CredentialsTests {
    @Test func everyPairIsAnother() {
        let pairs = (0..<100).map { _ in Credentials.minted(until: 0) }
        #expect(Set(pairs).count == 100 && pairs.allSatisfy { $0.accessKeyId.count == 20 })
    }

    @Test func bothSpellingsOfThePathAreAnswered() {
        let door = CredentialsDoor(tokens: TokenRing()) { _ in .failure(Fault(.unavailable, "none")) }
        #expect(door.routes.map(\.pattern) == [CredentialsDoor.path, "/2016-11-01/credentialprovider"])
    }
}
