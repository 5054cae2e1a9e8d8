import Core
import Testing

@testable import ReleaseTrust

@Suite struct TargetSearchTests {
    /// Looks for a target by walking metadata that are all believed; gives the roles in the order they were asked.
    private static func walk(_ target: String, _ roles: [String: TargetsMetadata]) throws -> (
        found: String?, asked: [String]
    ) {
        var search = TargetSearch(target)
        var asked: [String] = []
        while let visit = try search.next() {
            asked.append(visit.role)
            if let metadata = roles[visit.role] { search.look(into: visit.role, metadata) }
        }
        return (search.found?.role, asked)
    }

    private static func metadata(_ targets: [String], _ below: [(String, [String], Bool)] = []) throws
        -> TargetsMetadata
    {
        var repository = Repository()
        repository.targets = .map(DatumMap(targets.map { ($0, Repository.file) }))
        repository.delegations = Repository.delegations(
            below.map { Repository.delegation($0.0, keys: [4], paths: $0.1, isTerminating: $0.2) }, keys: [4])
        return try SignedMetadata<TargetsMetadata>(repository.targets(), role: "targets").body
    }

    struct Case: Sendable {
        let name: String
        let target: String
        let below: [String: [(String, [String], Bool)]]
        var listed: [String: [String]] = [:]
        let found: String?
        let asked: String
    }

    @Test(arguments: [
        Case(name: "the top itself", target: "x", below: [:], listed: ["targets": ["x"]], found: "targets", asked: ""),
        Case(
            name: "in order", target: "x", below: ["targets": [("a", ["*"], false), ("b", ["*"], false)]],
            listed: ["b": ["x"]], found: "b", asked: "ab"),
        Case(
            name: "down before across", target: "x",
            below: ["targets": [("a", ["*"], false), ("b", ["*"], false)], "a": [("c", ["*"], false)]],
            found: nil, asked: "acb"),
        Case(
            name: "nobody after a last word", target: "x",
            below: ["targets": [("a", ["*"], true), ("b", ["*"], false)], "a": [("c", ["*"], false)]],
            listed: ["b": ["x"]], found: nil, asked: "ac"),
        Case(
            name: "a last word on other things", target: "x",
            below: ["targets": [("a", ["y"], true), ("b", ["*"], false)]], listed: ["b": ["x"]],
            found: "b", asked: "b"),
        Case(
            name: "a circle", target: "x",
            below: ["targets": [("a", ["*"], false)], "a": [("b", ["*"], false)], "b": [("a", ["*"], false)]],
            found: nil, asked: "ab"),
        Case(
            name: "no say, no answer", target: "x", below: ["targets": [("a", ["line/*"], false)]],
            listed: ["a": ["x"]], found: nil, asked: ""),
    ])
    func asks(_ wanted: Case) throws {
        var roles: [String: TargetsMetadata] = [:]
        for role in ["targets", "a", "b", "c"] {
            roles[role] = try Self.metadata(wanted.listed[role] ?? [], wanted.below[role] ?? [])
        }
        let (found, asked) = try Self.walk(wanted.target, roles)
        #expect(found == wanted.found && asked.dropFirst().joined() == wanted.asked, "\(wanted.name)")
    }

    @Test func neverForEver() throws {
        let names = (0..<40).map { "r\($0)" }
        let top = try Self.metadata([], names.map { ($0, ["*"], false) })
        var roles = ["targets": top]
        for name in names { roles[name] = try Self.metadata([]) }
        let fault = #expect(throws: Fault.self) { try Self.walk("x", roles) }
        #expect(fault?.code == .unlisted)
    }

    /// Two roles delegate to a third under different keys: its metadata are good on one way and not on the other.
    @Test func theKeysAreThoseOfTheWay() throws {
        var repository = Repository()
        repository.delegated = ["c": 1]
        let set = try repository.believed()
        let bytes = repository.role(1, ["x": Repository.file], signers: [4])
        let ways = [4, 5].map { key -> Datum in
            Repository.delegations([Repository.delegation("c", keys: [key])], keys: [key])
        }
        for (way, isGood) in zip(ways, [true, false]) {
            let keys = try #require(Delegations(MetadataReader(way, path: "")).roles.first?.keys)
            #expect(((try? set.delegated(bytes, role: "c", by: keys)) != nil) == isGood)
        }
    }

    @Test(arguments: ["root", "timestamp", "snapshot", "targets", ""])
    func topRolesAreNotDelegated(_ name: String) {
        let part = Repository.delegations([Repository.delegation(name, keys: [4])], keys: [4])
        #expect(throws: Fault.self) { try Delegations(MetadataReader(part, path: "")) }
    }

    @Test(arguments: [(1, "boo", "bin-0"), (1, "too", "bin-1"), (2, "bar", "bin-3"), (8, "bar", "bin-fc")])
    func binsByDigest(_ bits: Int, _ target: String, _ role: String) throws {
        let bins = try HashBins(MetadataReader(["bit_length": .whole(bits), "name_prefix": "bin"], path: ""))
        #expect(bins.role(for: TargetPath(target)) == role)
        #expect(bins.roleNames.count == 1 << bits && bins.roleNames.contains(role))
    }
}
