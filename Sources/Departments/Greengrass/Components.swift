internal import AWSProtocol
internal import Core
internal import Database
internal import JSON
internal import Recipes
internal import Records
internal import YAML

/// What can be deployed: recipes, by name and version.
struct Components: Sendable {
    let desk: GreengrassDesk
    static let arn = Member("arn", required: true, 1...1024)
    static let on: Operation.Resources = { [$0["arn"]] }

    var operations: [Operation] {
        let place = "/greengrass/v2/components/{arn}"
        return [
            Operation(
                "CreateComponentVersion",
                [
                    Member("inlineRecipe", .blob), Member("lambdaFunction", .anything), GreengrassTags.member,
                    Member("clientToken", 1...64),
                ], at: RestPlace("POST", "/greengrass/v2/createComponentVersion", status: 201),
                on: { [$0.arn("greengrass", "components:*")] }
            ) { call throws(ServiceProblem) in try create(call) },
            Operation("DescribeComponent", [Self.arn], at: RestPlace("GET", place + "/metadata"), on: Self.on) {
                call throws(ServiceProblem) in try describe(call)
            },
            Operation(
                "GetComponent", [Self.arn, Member("recipeOutputFormat", words: ["JSON", "YAML"])],
                at: RestPlace("GET", place, asking: ["recipeOutputFormat"]), on: Self.on
            ) { call throws(ServiceProblem) in
                let component = try find(call)
                let format = call.text("recipeOutputFormat") ?? "JSON"
                let text = format == "YAML" ? Array(component.recipe.yaml.utf8) : component.recipe.json
                return [
                    "recipeOutputFormat": .text(format), "recipe": .text(Base64.text(text)),
                    "tags": try GreengrassTags.of(try ComponentARN(call["arn"], desk).text(desk), desk),
                ]
            },
            Operation("DeleteComponent", [Self.arn], at: RestPlace("DELETE", place, status: 204), on: Self.on) {
                call throws(ServiceProblem) in try delete(call)
            },
            Operation(
                "ListComponents", GreengrassDesk.paging + [Member("scope", words: ["PRIVATE", "PUBLIC"])],
                at: RestPlace("GET", "/greengrass/v2/components", asking: ["nextToken", "maxResults", "scope"])
            ) { call throws(ServiceProblem) in try list(call) },
            Operation(
                "ListComponentVersions", GreengrassDesk.paging + [Self.arn],
                at: RestPlace("GET", place + "/versions", asking: ["nextToken", "maxResults"]), on: Self.on
            ) { call throws(ServiceProblem) in try versions(call) },
        ]
    }

    // MARK: one

    private func create(_ call: Call) throws(ServiceProblem) -> Datum {
        guard call.input["lambdaFunction"] == nil else {
            throw GreengrassProblem.invalid(
                "lambdaFunction: components of Lambda functions are not offered; use inlineRecipe")
        }
        guard let bytes = call.blob("inlineRecipe"), !bytes.isEmpty else {
            throw GreengrassProblem.invalid("inlineRecipe has to be given")
        }
        let intake = try RecipeIntake(bytes, desk.plant, for: call.caller)
        let (name, version) = (intake.recipe.name, intake.recipe.version)
        let arn = ComponentARN(name, version).text(desk)
        let token = call.text("clientToken")
        let now = Int64(WallClock.milliseconds)
        let created = try desk.shelf.change { work in
            if let known = try StoredComponent.find(name, version, work.database) {
                // A call that is made again because its answer was lost.
                if let token, known.token == token, known.recipe == intake.document { return known.created }
                throw GreengrassProblem.conflict(
                    "Component [\(name) : \(version)] for account [\(call.account)] already exists with state: [DEPLOYABLE]",
                    arn, "component")
            }
            try work.database.run(
                "INSERT INTO components VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    .text(name.text), .text("\(version)"), .bytes(intake.document.json),
                    .json(.list(intake.artifacts.map(\.datum))), .json(intake.platforms),
                    .optional(intake.recipe.publisher), .optional(intake.recipe.summary), .optional(token), .int(now),
                ])
            try GreengrassTags.add(call.map("tags"), to: arn, work.database)
            return .number(Double(now) / 1000)
        }
        return [
            "arn": .text(arn), "componentName": .text(name.text), "componentVersion": .text("\(version)"),
            "creationTimestamp": created, "status": Self.deployable,
        ]
    }

    private static let deployable: Datum = [
        "componentState": "DEPLOYABLE", "message": "NONE", "errors": .map(DatumMap()), "vendorGuidance": "ACTIVE",
        "vendorGuidanceMessage": "NONE",
    ]

    private func find(_ call: Call) throws(ServiceProblem) -> StoredComponent {
        let arn = try ComponentARN(call["arn"], desk)
        return try desk.shelf.consult { database in try Self.find(arn, database, call["arn"]) }
    }

    /// What an ARN names, in the account that it names.
    static func find(_ arn: ComponentARN, _ database: Database, _ text: String) throws -> StoredComponent {
        guard let version = arn.version, arn.isPublic == BuiltInComponents.has(arn.name),
            let found = try StoredComponent.find(arn.name, version, database)
        else { throw GreengrassProblem.missing("Component", text) }
        return found
    }

    private func describe(_ call: Call) throws(ServiceProblem) -> Datum {
        let component = try find(call)
        let arn = try ComponentARN(call["arn"], desk).text(desk)
        return [
            "arn": .text(arn), "componentName": .text(component.name.text),
            "componentVersion": .text("\(component.version)"), "creationTimestamp": component.created,
            "publisher": component.publisher, "description": component.summary, "status": Self.deployable,
            "platforms": component.platforms, "tags": try GreengrassTags.of(arn, desk),
        ]
    }

    /// Devices that run it keep it; it cannot be deployed again.
    private func delete(_ call: Call) throws(ServiceProblem) -> Datum {
        let arn = try ComponentARN(call["arn"], desk)
        guard !arn.isPublic else { throw GreengrassProblem.invalid("\(arn.name) is part of every node") }
        let text = arn.text(desk)
        try desk.shelf.change { work in
            let found = try Self.find(arn, work.database, call["arn"])
            try work.database.run(
                "DELETE FROM components WHERE name = ? AND version = ?",
                [.text(found.name.text), .text("\(found.version)")])
            try work.database.run("DELETE FROM tags WHERE arn = ?", [.text(text)])
        }
        return .null
    }

    // MARK: many

    private func list(_ call: Call) throws(ServiceProblem) -> Datum {
        let names: [String]
        if call.text("scope") == "PUBLIC" {
            names = BuiltInComponents.names.sorted()
        } else {
            names = try desk.shelf.read { database throws(Fault) in
                try database.rows("SELECT DISTINCT name FROM components ORDER BY name") { $0.text(0) }
            }
        }
        let (part, next) = try Paging.part(
            names, token: call.text("nextToken"), limit: call.whole("maxResults") ?? GreengrassDesk.usual)
        let wanted = Array(part)
        let rows = try desk.shelf.consult { [desk] database in
            try wanted.compactMap { try Self.row($0, database, desk) }
        }
        return ["components": .list(rows), "nextToken": next.map(Datum.text) ?? .null]
    }

    private static func row(_ text: String, _ database: Database, _ desk: GreengrassDesk) throws(Fault) -> Datum? {
        let name = try ComponentName(parsing: text)
        guard let newest = try StoredComponent.versions(of: name, database).first,
            let component = try StoredComponent.find(name, newest, database)
        else { return nil }
        return [
            "arn": .text(ComponentARN(name, nil).text(desk)), "componentName": .text(text),
            "latestVersion": [
                "arn": .text(ComponentARN(name, newest).text(desk)), "componentVersion": .text("\(newest)"),
                "creationTimestamp": component.created, "description": component.summary,
                "publisher": component.publisher, "platforms": component.platforms,
            ],
        ]
    }

    private func versions(_ call: Call) throws(ServiceProblem) -> Datum {
        let arn = try ComponentARN(call["arn"], desk, needsVersion: false)
        let versions = try desk.shelf.read { database throws(Fault) in
            try StoredComponent.versions(of: arn.name, database)
        }
        guard !versions.isEmpty, arn.isPublic == BuiltInComponents.has(arn.name) else {
            throw GreengrassProblem.missing("Component", call["arn"])
        }
        // The newest come first: a token says behind which version the next part begins.
        var start = 0
        if let token = call.text("nextToken") {
            let last = try Paging.key(in: token, "ValidationException")
            guard let version = try? ComponentVersion(parsing: last) else {
                throw GreengrassProblem.invalid("nextToken is not valid")
            }
            start = versions.firstIndex { $0 < version } ?? versions.endIndex
        }
        let part = versions[start...].prefix(call.whole("maxResults") ?? GreengrassDesk.usual)
        let rows = part.map { version -> Datum in
            [
                "componentName": .text(arn.name.text), "componentVersion": .text("\(version)"),
                "arn": .text(ComponentARN(arn.name, version).text(desk)),
            ]
        }
        let next = part.endIndex < versions.endIndex ? part.last.map { Paging.token(after: "\($0)") } : nil
        return ["componentVersions": .list(rows), "nextToken": next.map(Datum.text) ?? .null]
    }
}
