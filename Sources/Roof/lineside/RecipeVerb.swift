internal import Core
internal import JSON
internal import Recipes

/// `lineside recipe`: whether recipes can be read, whether they will work, and what they come to on a node.
enum RecipeVerb {
    static let verb = Verb(
        name: "recipe", summary: "check recipes, find what will not work in them, resolve them",
        usage:
            "recipe check FILE...   or   recipe doctor FILE... [--fix]   or   recipe resolve FILE... [OPTIONS]",
        flags: [
            Flag(
                "root", "NAME[=VERSIONS]", repeats: true,
                "with `resolve`: what is wanted; without it whatever no other file needs"),
            Flag("platform", "KEY=VALUE", repeats: true, "what the node is (os=linux and this machine's architecture)"),
            Flag("thing", "NAME", "with `resolve`: the node's name"),
            Flag("folder", "PATH", "with `resolve`: the node's folder (/greengrass/v2)"),
            Flag("artifacts", "DIR", "with `doctor`: where artifacts lie that the recipes fetch from elsewhere"),
            Flag("cli", "1|2", "with `doctor`: the major version of the AWS CLI that scripts are for (either)"),
            Flag("fix", "with `doctor`: write the files as they should be, beside them as NAME.fixed.EXT"),
            Flag("out", "PATH", "with `--fix`: the file to write, or the folder for all of them (-O for short)"),
            Flag("in-place", "with `--fix`: write over the files themselves"),
            Options.output,
        ],
        notes: """
            A file is JSON or YAML by what is in it. `check` exits 78 when one cannot be read.
            `doctor` also reads shell scripts, and texts that print AWS CLI commands; what belongs together is given together, in
            its order. It exits 1 when it finds an error, and 78 for a file that is none of these. It asks nobody: no network, no
            package index. With `--fix` it exits 1 when an error stays that no change of the text can mend. Component recipes in
            JSON are changed where they must be and nowhere else; of those in YAML only words of their scripts are.
            """, run: run)

    private static func run(_ options: Options) throws -> Int32 {
        let files = Array(options.words.dropFirst())
        switch options.words.first {
        case "check", "doctor", "resolve": break
        case nil: throw UsageFault(message: "say `check`, `doctor` or `resolve`")
        case let word?: throw UsageFault(message: "recipe knows `check`, `doctor` and `resolve`, not \"\(word)\"")
        }
        for flag in ["cli", "fix", "out", "in-place"] where options.has(flag) && options.words[0] != "doctor" {
            throw UsageFault(message: "--\(flag) goes with `doctor`")
        }
        guard !files.isEmpty else { throw UsageFault(message: "a recipe's file is missing") }
        switch options.words[0] {
        case "check": return try check(files, options)
        case "doctor": return try doctor(files, options)
        default: return try resolve(files, options)
        }
    }

    private static func check(_ files: [String], _ options: Options) throws -> Int32 {
        let readings = files.map { RecipeFile.read($0) }
        if try options.wantsJSON {
            Verbs.say(readings.map(\.datum).asJSON)
        } else {
            for reading in readings {
                for line in reading.lines { Verbs.say(line) }
                if let fault = reading.fault { Log.line("\(reading.file): \(fault)") }
            }
        }
        return readings.contains { $0.fault != nil } ? ExitCode.configuration : ExitCode.ok
    }

    private static func doctor(_ files: [String], _ options: Options) throws -> Int32 {
        let target = try MendedFiles(files, options)
        let papers = try ClinicFile.all(files)
        let shelf = ArtifactShelf(folder: options.text("artifacts"))
        let clinic = Clinic(
            papers, platform: try NodeOption.platform(options), cli: try options.int("cli", in: 1...2)
        ) { shelf.bytes(of: $0) }
        let found = clinic.findings()
        let outcome = target.map { _ in clinic.mended() }
        let written = try target.map { try $0.write(outcome?.papers ?? papers, instead: papers) } ?? []
        let report = ClinicReport(files: files, findings: found, outcome: outcome, written: written)
        Verbs.say(try options.wantsJSON ? report.datum.asJSON : report.text)
        return (outcome?.stays ?? found).contains { $0.level == .error } ? ExitCode.judgedBad : ExitCode.ok
    }

    private static func resolve(_ files: [String], _ options: Options) throws -> Int32 {
        let recipes = try RecipeFile.all(files)
        let node = try NodeOption.facts(options)
        let group = ResolutionRequest.Group(name: "thing/\(node.thingName)", roots: try roots(recipes, options))
        let resolution = try Resolver.resolve(
            ResolutionRequest(groups: [group], platform: node.platform), from: Catalogue(recipes).withBuiltIns)
        var configurations: [ComponentName: Datum] = [:]
        for member in resolution.members { configurations[member.name] = .map(member.recipe.defaultConfiguration) }
        let ready = try Preparation.ready(
            resolution.members.map(\.recipe), configurations: configurations, on: node)
        let report = ResolutionReport(resolution: resolution, ready: ready, node: node)
        Verbs.say(try options.wantsJSON ? report.datum.asJSON : report.text)
        return ExitCode.ok
    }

    private static func roots(
        _ recipes: [Recipe], _ options: Options
    ) throws -> [ComponentName: VersionRequirement] {
        var roots: [ComponentName: VersionRequirement] = [:]
        for text in options.texts("root") {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            do throws(Fault) {
                let wanted = try parts.count == 2 ? VersionRequirement(parsing: parts[1]) : .any
                roots[try ComponentName(parsing: parts.first ?? "")] = wanted
            } catch { throw UsageFault(message: "--root \(text): \(error)") }
        }
        guard roots.isEmpty else { return roots }
        let needed = Set(recipes.flatMap(\.dependencies).map(\.name))
        for recipe in recipes where !needed.contains(recipe.name) { roots[recipe.name] = .any }
        return roots
    }
}

extension Datum {
    /// One line.
    var asJSON: String { String(decoding: json, as: UTF8.self) }
}

extension [Datum] {
    /// One line.
    var asJSON: String { Datum.list(self).asJSON }
}
