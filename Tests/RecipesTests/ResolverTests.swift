import Core
import Recipes
import Testing

/// A21 and section 5.3 of the contract.
@Suite struct ResolverTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var groups: [(String, [String: String])]
        /// `name version needs name=requirement ...`
        let recipes: [String]
        var active: [String: String] = [:]
        /// What the hub offers beside what lies on the node; nil while it cannot be asked.
        var published: [String]?
        let result: String
    }

    static func recipe(_ text: String) throws -> Recipe {
        let words = text.split(separator: " ").map(String.init)
        var needs: [String: String] = [:]
        var soft: [String: String] = [:]
        for word in words.dropFirst(2) {
            let isSoft = word.contains("~=")
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            let wanted = parts[1].split(separator: ",").joined(separator: " ")
            if isSoft { soft[String(parts[0].dropLast())] = wanted } else { needs[parts[0]] = wanted }
        }
        return try makeRecipe(words[0], words[1], needs: needs, soft: soft)
    }

    static func catalogue(_ row: Row) throws -> Catalogue {
        let stored = try row.recipes.map(recipe)
        let published = try row.published?.map(recipe)
        return Catalogue(
            offer: { name, _ in
                Catalogue.Offer(
                    stored: stored.filter { $0.name == name }.map(\.version),
                    published: published?.filter { $0.name == name }.map(\.version))
            },
            recipe: { (name, version) throws(Fault) in
                guard
                    let recipe = (stored + (published ?? [])).first(where: { $0.name == name && $0.version == version })
                else {
                    throw Fault(.notFound, "no recipe of \(name) \(version)")
                }
                return recipe
            })
    }

    static func resolve(_ row: Row) throws -> Resolution {
        let groups = try row.groups.map { group in
            ResolutionRequest.Group(
                name: group.0,
                roots: Dictionary(
                    uniqueKeysWithValues: try group.1.map { (name($0.key), try VersionRequirement(parsing: $0.value)) })
            )
        }
        let active = Dictionary(uniqueKeysWithValues: row.active.map { (name($0.key), version($0.value)) })
        let request = ResolutionRequest(groups: groups, active: active, platform: linux)
        return try Resolver.resolve(request, from: catalogue(row))
    }

    @Test(arguments: [
        Row(
            testDescription: "the newest that suits", groups: [("thing/T", ["a": "1.0.0"])],
            recipes: ["a 1.0.0 b=>=1.0.0,<2.0.0", "b 1.0.0", "b 1.4.2", "b 2.0.0"], result: "b 1.4.2, a 1.0.0"),
        Row(testDescription: "nothing wanted", groups: [("thing/T", [:])], recipes: ["a 1.0.0"], result: ""),
        Row(
            testDescription: "a chain starts from its end", groups: [("thing/T", ["a": "*"])],
            recipes: ["a 1.0.0 b=*", "b 1.0.0 c=*", "c 1.0.0"],
            result: "c 1.0.0, b 1.0.0, a 1.0.0"),
        Row(
            testDescription: "a diamond", groups: [("thing/T", ["a": "*"])],
            recipes: ["a 1.0.0 b=* c=*", "b 1.0.0 d=<3", "c 1.0.0 d=>=1", "d 1.0.0", "d 2.0.0", "d 3.0.0"],
            result: "d 2.0.0, b 1.0.0, c 1.0.0, a 1.0.0"),
        Row(
            testDescription: "groups are joined",
            groups: [("thinggroup/A", ["a": "*"]), ("thing/T", ["b": "*"]), ("LOCAL_DEPLOYMENT", ["c": "*"])],
            recipes: ["a 1.0.0", "b 1.0.0", "c 1.0.0"], result: "a 1.0.0, b 1.0.0, c 1.0.0"),
        Row(
            testDescription: "every group's wish counts",
            groups: [("thinggroup/A", ["a": ">=1"]), ("thinggroup/B", ["a": "<3"])],
            recipes: ["a 1.0.0", "a 2.0.0", "a 3.0.0"], result: "a 2.0.0"),
        Row(
            testDescription: "a later wish takes a choice back, and what only that wanted",
            groups: [("thing/T", ["a": "*", "z": "*"])],
            recipes: ["a 1.0.0", "a 2.0.0 x=*", "x 1.0.0", "z 1.0.0 a=1.x"], result: "a 1.0.0, z 1.0.0"),
        Row(
            testDescription: "what another still wants stays", groups: [("thing/T", ["a": "*", "y": "*", "z": "*"])],
            recipes: ["a 1.0.0", "a 2.0.0 x=*", "x 1.0.0", "y 1.0.0 x=*", "z 1.0.0 a=1.x"],
            result: "a 1.0.0, x 1.0.0, y 1.0.0, z 1.0.0"),
        Row(
            testDescription: "a wish that went away lets a newer one in", groups: [("thing/T", ["a": "*", "z": "*"])],
            recipes: ["a 1.0.0", "a 2.0.0 x=1.x", "x 1.0.0", "x 2.0.0", "z 1.0.0 a=1.x x=*"],
            result: "a 1.0.0, x 2.0.0, z 1.0.0"),
        Row(
            testDescription: "a dispute that ends", groups: [("thing/T", ["a": "*", "z": "*"])],
            recipes: ["a 1.0.0", "a 2.0.0 x=2.x", "x 1.0.0", "x 2.0.0", "z 1.0.0 x=1.x a=1.x"],
            result: "a 1.0.0, x 1.0.0, z 1.0.0"),
        Row(
            testDescription: "soft ones come along and start first", groups: [("thing/T", ["a": "*"])],
            recipes: ["a 1.0.0 b~=*", "b 1.0.0"], result: "b 1.0.0, a 1.0.0"),
        Row(
            testDescription: "offline, what runs is kept", groups: [("thing/T", ["a": "*"])],
            recipes: ["a 1.0.0", "a 2.0.0"], active: ["a": "1.0.0"], result: "a 1.0.0"),
        Row(
            testDescription: "offline, what runs no longer suits", groups: [("thing/T", ["a": ">=1.5"])],
            recipes: ["a 1.0.0", "a 2.0.0", "a 3.0.0"], active: ["a": "1.0.0"],
            result: "a 3.0.0"),
        Row(
            testDescription: "the hub's newest, over what runs", groups: [("thing/T", ["a": "*"])],
            recipes: ["a 1.0.0"], active: ["a": "1.0.0"], published: ["a 2.0.0", "a 1.0.0"],
            result: "a 2.0.0"),
        Row(
            testDescription: "the hub does not know it", groups: [("thing/T", ["a": "*"])], recipes: ["a 1.0.0"],
            published: [], result: "a 1.0.0"),
        Row(
            testDescription: "a local root is not asked for at the hub", groups: [("LOCAL_DEPLOYMENT", ["a": "*"])],
            recipes: ["a 1.0.0"], published: ["a 2.0.0"], result: "a 1.0.0"),
        Row(
            testDescription: "a local root that is not on the node", groups: [("LOCAL_DEPLOYMENT", ["a": "*"])],
            recipes: [], published: ["a 2.0.0"], result: "a 2.0.0"),
        Row(
            testDescription: "a pre-release only when it is asked for",
            groups: [("thing/T", ["a": ">=1.0.0", "b": ">=2.0.0-rc.1"])],
            recipes: ["a 1.0.0", "a 2.0.0-rc.1", "b 2.0.0-rc.1"], result: "a 1.0.0, b 2.0.0-rc.1"),
    ])
    func resolves(_ row: Row) throws {
        #expect(try Self.resolve(row).members.map { "\($0.name) \($0.version)" }.joined(separator: ", ") == row.result)
    }

    @Test(arguments: [
        Row(
            testDescription: "a group against a component",
            groups: [("thinggroup/A", ["x": ">=2.0.0"]), ("thing/T", ["y": "*"])],
            recipes: ["x 1.0.0", "x 2.1.0", "y 1.2.0 x=<2.0.0"],
            result:
                "x: thinggroup/A wants >=2.0.0, y 1.2.0 wants <2.0.0; available: 1.0.0, 2.1.0; each could be met alone, but not together"
        ),
        Row(
            testDescription: "two components with disjoint ranges", groups: [("thing/T", ["a": "*", "b": "*"])],
            recipes: ["a 1.0.0 c=1.x", "b 1.0.0 c=2.x", "c 1.5.0", "c 2.5.0"],
            result:
                "c: a 1.0.0 wants 1.x, b 1.0.0 wants 2.x; available: 1.5.0, 2.5.0; each could be met alone, but not together"
        ),
        Row(
            testDescription: "no such version", groups: [("thing/T", ["a": "3.x"])], recipes: ["a 1.0.0"],
            result: "a: thing/T wants 3.x; available: 1.0.0; no available version is what thing/T wants 3.x"),
        Row(
            testDescription: "no such component", groups: [("thing/T", ["a": "*"])], recipes: ["a 1.0.0 b=^1"],
            result: "b: a 1.0.0 wants ^1; no version is available; only what lies on the node could be looked at"),
        Row(
            testDescription: "nor at the hub", groups: [("thing/T", ["a": "*"])], recipes: [], published: [],
            result: "a: thing/T wants *; no version is available"),
        Row(
            testDescription: "a circle", groups: [("thing/T", ["a": "*"])],
            recipes: ["a 1.0.0 b=*", "b 1.0.0 c=*", "c 1.0.0 b=*"],
            result: "components depend on each other in a circle: b -> c -> b; take one of these dependencies out"),
        Row(
            testDescription: "a soft circle", groups: [("thing/T", ["a": "*"])],
            recipes: ["a 1.0.0 b~=*", "b 1.0.0 a~=*"],
            result: "components depend on each other in a circle: a -> b -> a; take one of these dependencies out"),
        Row(
            testDescription: "of one", groups: [("thing/T", ["a": "*"])], recipes: ["a 1.0.0 a=*"],
            result: "components depend on each other in a circle: a -> a; take one of these dependencies out"),
    ])
    func namesEveryParty(_ row: Row) {
        let fault = #expect(throws: Fault.self) { try Self.resolve(row) }
        #expect(fault?.description == row.result)
    }

    @Test func aRecipeForAnotherPlatformNamesWhoWantsIt() throws {
        let catalogue = Catalogue([try makeRecipe("a", needs: ["b": "*"]), try makeRecipe("b", os: "windows")])
        let request = ResolutionRequest(groups: [.init(name: "thing/T", roots: ["a": .any])], platform: linux)
        let fault = #expect(throws: Fault.self) { try Resolver.resolve(request, from: catalogue) }
        #expect(
            fault?.message.contains("no platform match: b 1.0.0") == true
                && fault?.message.contains("a 1.0.0 wants *") == true)
    }

    /// Two versions of one component that each bring in what forbids them.
    @Test func whatNeverSettlesEnds() throws {
        let row = Row(
            testDescription: "", groups: [("thing/T", ["a": "*"])],
            recipes: ["a 1.0.0", "a 2.0.0 b=*", "b 1.0.0 a=1.x"], result: "")
        let fault = #expect(throws: Fault.self) { try Self.resolve(row) }
        #expect(fault?.message.contains("do not settle") == true)
    }

    @Test func knowsRootsFromWhatTheyBring() throws {
        let row = Row(
            testDescription: "", groups: [("thing/T", ["a": "*"])], recipes: ["a 1.0.0 b=*", "b 1.0.0"], result: "")
        let resolution = try Self.resolve(row)
        #expect(resolution["a"]?.isRoot == true && resolution["b"]?.isRoot == false)
        #expect(resolution["b"]?.wantedBy.map(\.description) == ["a 1.0.0 wants *"])
    }

    @Test func theBuiltInOnesAreAlwaysThere() throws {
        let catalogue = Catalogue([
            try makeRecipe("a", needs: ["aws.greengrass.TokenExchangeService": ">=2.0.0 <3.0.0"])
        ]).withBuiltIns
        let group = ResolutionRequest.Group(
            name: "thing/T", roots: ["a": .any, "aws.greengrass.Cli": VersionRequirement(exactly: "2.12.0")])
        let resolution = try Resolver.resolve(ResolutionRequest(groups: [group], platform: linux), from: catalogue)
        #expect(resolution["aws.greengrass.Cli"]?.version == "2.12.0")
        #expect(resolution.members.last?.name == "a")
    }
}
