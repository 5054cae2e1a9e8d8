import Core
import Testing

@testable import Node

/// Greengrass's own file, and ours in it (A33).
@Suite struct NodeConfigurationTests {
    private static func read(_ text: String) throws(Fault) -> NodeConfiguration {
        try NodeConfiguration(parsing: Array(text.utf8), file: "config.yaml", folder: "/etc/line")
    }

    @Test func theSeedsOwnFileIsRead() throws {
        let configuration = try Self.read(
            """
            system:
              certificateFilePath: "/greengrass/v2/certificates/cert.pem"
              privateKeyPath: "/greengrass/v2/certificates/private.key"
              rootCaPath: "/greengrass/v2/certificates/AmazonRootCA1.pem"
              thingName: "edge-device-abc123"
            services:
              aws.greengrass.Nucleus:
                configuration:
                  awsRegion: "eu-central-1"
                  iotRoleAlias: "GreengrassV2TokenExchangeRoleAlias"
                  mqtt:
                    port: 8883
            """)
        #expect(configuration.thingName == "edge-device-abc123")
        #expect(configuration.region == "eu-central-1")
        #expect(configuration.identity.certificateFile == "/greengrass/v2/certificates/cert.pem")
        #expect(configuration.identity.roleAlias == "GreengrassV2TokenExchangeRoleAlias")
        #expect(configuration.user == "nobody")
    }

    @Test func oursIsBesideTheFile() throws {
        let configuration = try Self.read(
            """
            services:
              lineside.Node:
                configuration:
                  door: {port: 0}
                  stations: [left.json, /srv/right.json]
                  releases: {repository: repo, root: root.json}
                  spool: {bytes_max: 8MiB}
                  limits: {proving_s: 10, steady_s: 1}
            """)
        #expect(configuration.stations == ["/etc/line/left.json", "/srv/right.json"])
        #expect(configuration.releases.repository == "/etc/line/repo")
        #expect(configuration.releases.root == "/etc/line/root.json")
        #expect(configuration.spool.bytesMax == 8 << 20)
        #expect(configuration.proving == 10 * Span64.second)
        #expect(configuration.doorPort == 0)
    }

    private static func ours(_ text: String) -> String { "services: {lineside.Node: {configuration: {\(text)}}}" }

    @Test(arguments: [
        ("colour: red", "there is no key 'services.lineside.Node.configuration.colour'"),
        ("door: {port: 70000}", "door.port must be a whole number from 0 to 65535"),
        ("stations: left.json", "stations must be a list of paths"),
        ("stations: ['']", "stations must be a list of paths"),
        ("releases: {repository: repo}", "releases.root is missing"),
        ("releases: {repository: 'ftp://x/', root: r}", "repository must be an http:// or https:// address"),
        ("spool: {endpoint: nowhere}", "endpoint must be an http:// or https:// address"),
        ("spool: {bytes_max: lots}", "bytes_max must be a size"),
        ("limits: {proving_s: 2}", "steady_s must be below proving_s"),
        ("limits: {proving_s: 0}", "proving_s must be a number"),
    ])
    func whatCannotBeIsNamed(_ text: String, _ words: String) {
        #expect { try Self.read(Self.ours(text)) } throws: {
            "\($0)".contains(words) && "\($0)".contains("config.yaml")
        }
    }

    @Test(arguments: ["[]", "system: 7", "services: {aws.greengrass.Nucleus: {configuration: []}}"])
    func whatIsNoConfigurationIsRefused(_ text: String) {
        #expect(throws: Fault.self) { try Self.read(text) }
    }
}
