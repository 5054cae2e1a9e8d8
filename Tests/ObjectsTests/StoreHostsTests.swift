import Testing

@testable import Objects

/// [hub-object-1]: which bucket the name of a host speaks of.
@Suite struct StoreHostsTests {
    private static let hosts = StoreHosts(["hub.test", "PLANT.hub.test.", "10.0.0.5"])

    @Test(arguments: [
        "", "127.0.0.1:8400", "10.0.0.5", "[::1]:8400", "localhost", "LOCALHOST:8400", "s3.localhost", "hub.test:8400",
        "s3.hub.test", "hub.test.", "plant.hub.test", "host.docker.internal:8400", "s3.amazonaws.com",
        "s3.eu-west-1.amazonaws.com", "s3-eu-west-1.amazonaws.com", "s3.dualstack.eu-west-1.amazonaws.com",
        // No bucket can be before these: a single name, and what is too short for a bucket or has letters that none has.
        "plant-hub:4566", "hub", "a.b:4566", "my_hub.lan",
    ])
    func thesePathsHaveTheBucket(_ host: String) { #expect(Self.hosts.place(of: host) == .path) }

    @Test(arguments: [
        ("backup.hub.test:8400", "backup"), ("backup.s3.hub.test", "backup"), ("Backup.Hub.Test", "backup"),
        ("a.b.c.hub.test", "a.b.c"), ("backup.plant.hub.test", "backup"), ("backup.localhost:1", "backup"),
        ("s3.backup.localhost", "s3.backup"), ("backup.s3.localhost", "backup"),
        ("backup.s3.amazonaws.com", "backup"), ("backup.s3.eu-west-1.amazonaws.com:443", "backup"),
        ("backup.s3-eu-west-1.amazonaws.com", "backup"), ("backup.s3.dualstack.us-east-1.amazonaws.com", "backup"),
        ("s3-logs.s3.us-east-1.amazonaws.com", "s3-logs"), ("a.s3.b.s3.us-east-1.amazonaws.com", "a.s3.b"),
        ("backup.s3-accelerate.amazonaws.com", "backup"), ("backup.s3.cn-north-1.amazonaws.com.cn", "backup"),
    ])
    func theseNameABucket(_ host: String, _ bucket: String) {
        #expect(Self.hosts.place(of: host) == .bucket(bucket))
    }

    @Test(arguments: [
        "backup.hub.other", "plant-hub.factory.example:8400", "backup.10.0.0.5", "a.b.c", "hub.test.evil.example",
        "backup.xhub.test", "backup.amazonaws.com", "123456789012.s3-control.us-east-1.amazonaws.com",
        "backup.s3.us-east-1.elsewhere.amazonaws.com",
    ])
    func theseMayBeEither(_ host: String) { #expect(Self.hosts.place(of: host) == .unknown) }
}
