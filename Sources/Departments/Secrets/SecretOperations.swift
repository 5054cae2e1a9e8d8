internal import AWSProtocol
internal import Core
internal import Crypto
internal import Records

/// What can be asked of secrets.
struct SecretOperations: Sendable {
    let desk: SecretsDesk
    private static let dayMilliseconds = 86_400_000
    private static let id = Member("SecretId", required: true, 1...2048)
    private static let content = [
        Member("ClientRequestToken", 32...64), Member("SecretString", 1...65_536), Member("SecretBinary", .blob),
    ]
    private static let tags = Member(
        "Tags", .list(.structure([Member("Key", required: true, 1...128), Member("Value", 0...256)])))

    private static let onlyPolicy = "default"

    var all: [Operation] {
        [
            Operation(
                "GetRandomPassword",
                [
                    Member("PasswordLength", .whole, 1...4096), Member("ExcludeCharacters", 0...4096),
                    Member("ExcludeNumbers", .flag), Member("ExcludePunctuation", .flag),
                    Member("ExcludeUppercase", .flag), Member("ExcludeLowercase", .flag),
                    Member("IncludeSpace", .flag), Member("RequireEachIncludedType", .flag),
                ]
            ) { call throws(ServiceProblem) in
                var dice = SystemRandomNumberGenerator()
                return ["RandomPassword": .text(try RandomPassword(call).roll(&dice))]
            },
            Operation(
                "CreateSecret",
                [Member("Name", required: true, 1...512, marks: "/_+=.@-"), Member("Description", 0...2048), Self.tags]
                    + Self.content,
                on: { [$0.arn("secretsmanager", "secret:\($0["Name"])")] }
            ) { call throws(ServiceProblem) in try create(call) }
            .without("KmsKeyId", "AddReplicaRegions", "ForceOverwriteReplicaSecret", "Type", "CrossAccountPrimaryARN"),
            Operation("GetSecretValue", [Self.id, Member("VersionId"), Member("VersionStage")], on: arns) {
                call throws(ServiceProblem) in try value(call)
            },
            Operation("PutSecretValue", [Self.id, Member("VersionStages", .list(.text))] + Self.content, on: arns) {
                call throws(ServiceProblem) in try put(call, stages: call.texts("VersionStages"))
            }
            .without("RotationToken"),
            Operation("UpdateSecret", [Self.id, Member("Description", 0...2048)] + Self.content, on: arns) {
                call throws(ServiceProblem) in try update(call)
            }
            .without("KmsKeyId", "Type"),
            Operation("DescribeSecret", [Self.id], on: arns) { call throws(ServiceProblem) in
                .map(try find(call, evenDeleted: true).shown)
            },
            SecretList(desk: desk).operation,
            Operation(
                "DeleteSecret",
                [
                    Self.id, Member("RecoveryWindowInDays", .whole), Member("ForceDeleteWithoutRecovery", .flag),
                ], on: arns
            ) { call throws(ServiceProblem) in try delete(call) },
            Operation("RestoreSecret", [Self.id], on: arns) { call throws(ServiceProblem) in
                try change(call, evenDeleted: true) { $0.map["DeletedDate"] = nil }
            },
            Operation("GetResourcePolicy", [Self.id, Member("PolicyName", 1...256)], on: arns) {
                call throws(ServiceProblem) in
                let secret = try find(call)
                if let name = call.text("PolicyName"), name != Self.onlyPolicy { throw Self.missing }
                return ["ARN": .text(secret.arn), "Name": .text(secret.name)]
            },
            Operation("TagResource", [Self.id, Self.tags], on: arns) { call throws(ServiceProblem) in
                try change(call) { secret in
                    let names = Set(call.list("Tags").compactMap { $0["Key"]?.text })
                    let kept = (secret.map["Tags"]?.list ?? []).filter { !names.contains($0["Key"]?.text ?? "") }
                    secret.map["Tags"] = .list(kept + call.list("Tags"))
                }
            },
            Operation("UntagResource", [Self.id, Member("TagKeys", .list(.text), required: true)], on: arns) {
                call throws(ServiceProblem) in
                try change(call) { secret in
                    let gone = Set(call.texts("TagKeys"))
                    secret.map["Tags"] = .list(
                        (secret.map["Tags"]?.list ?? []).filter { !gone.contains($0["Key"]?.text ?? "") })
                }
            },
        ]
    }

    // MARK: finding

    private func arns(_ call: Call) -> [String] {
        let id = call["SecretId"]
        return [
            Self.record(id, in: desk.shelf.records)?.arn
                ?? (id.hasPrefix("arn:") ? id : call.arn("secretsmanager", "secret:\(id)"))
        ]
    }

    /// By its name, its ARN, or its ARN without the six letters at the end.
    private static func record(_ id: String, in records: Records) -> SecretRecord? {
        if let map = records[SecretsDesk.kind, id]?.map { return SecretRecord(map) }
        guard id.hasPrefix("arn:") else { return nil }
        return records.all(SecretsDesk.kind).lazy.compactMap(\.map).map(SecretRecord.init).first {
            $0.arn == id || $0.arn.dropLast(7) == id
        }
    }

    private static let missing = ServiceProblem(
        "ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
    private static let isDeleted = ServiceProblem(
        "InvalidRequestException",
        "You can't perform this operation on the secret because it was marked for deletion.")

    private func find(_ call: Call, evenDeleted: Bool = false) throws(ServiceProblem) -> SecretRecord {
        guard let secret = Self.record(call["SecretId"], in: desk.shelf.records) else { throw Self.missing }
        guard evenDeleted || secret.deletedAt == nil else { throw Self.isDeleted }
        return secret
    }

    // MARK: versions

    /// The version that a request brings, sealed; nil when it brings none.
    private func version(_ call: Call, of arn: String) throws(ServiceProblem) -> DatumMap? {
        let (text, bytes) = (call.text("SecretString"), call.blob("SecretBinary"))
        if text != nil, bytes != nil {
            throw ServiceProblem(
                "InvalidParameterException", "You can't specify both a binary secret value and a string secret value.")
        }
        guard let plain = text.map({ Array($0.utf8) }) ?? bytes else { return nil }
        let id = call.text("ClientRequestToken") ?? UniqueID.random()
        return DatumMap([
            ("VersionId", .text(id)), ("IsText", .bool(text != nil)),
            ("CreatedDate", .whole(Int(WallClock.milliseconds))),
            ("Sealed", .text(Base64.text(desk.seal.seal(plain, context: arn + id)))),
        ])
    }

    private func open(_ version: Datum, of arn: String) throws(ServiceProblem) -> [UInt8] {
        guard let sealed = version["Sealed"]?.text.flatMap({ Base64.bytes($0) }),
            let plain = desk.seal.open(sealed, context: arn + (version["VersionId"]?.text ?? ""))
        else { throw ServiceProblem("DecryptionFailure", "The secret was sealed with another key, or changed.") }
        return plain
    }

    // MARK: operations

    private func create(_ call: Call) throws(ServiceProblem) -> Datum {
        let name = call["Name"]
        let arn = call.arn("secretsmanager", "secret:\(name)-\(Secret.minted(letters: 6))")
        let made = DatumMap([
            ("Name", .text(name)), ("ARN", .text(arn)), ("Description", call.input["Description"] ?? .null),
            ("Tags", .list(call.list("Tags"))), ("CreatedDate", .whole(Int(WallClock.milliseconds))),
        ])
        let version = try version(call, of: arn)
        let secret = try desk.shelf.change { shelf in
            if let there = Self.record(name, in: shelf.records) {
                if there.deletedAt != nil {
                    throw ServiceProblem(
                        "InvalidRequestException",
                        "You can't create this secret because a secret with this name is already scheduled for deletion."
                    )
                }
                // The same request again.
                if let token = call.text("ClientRequestToken"), let old = there.version(token),
                    try same(old, call, of: there.arn)
                {
                    return there
                }
                throw ServiceProblem(
                    "ResourceExistsException", "The operation failed because the secret \(name) already exists.")
            }
            var secret = SecretRecord(made)
            if let version { secret.add(version, stages: [SecretRecord.current]) }
            shelf.records[SecretsDesk.kind, name] = .map(secret.map)
            return secret
        }
        let id = secret.version(at: SecretRecord.current)?["VersionId"]
        return ["ARN": .text(secret.arn), "Name": .text(name), "VersionId": id ?? .null]
    }

    private func same(_ version: Datum, _ call: Call, of arn: String) throws(ServiceProblem) -> Bool {
        let plain = try open(version, of: arn)
        return plain == call.text("SecretString").map { Array($0.utf8) } ?? call.blob("SecretBinary") ?? []
    }

    private func value(_ call: Call) throws(ServiceProblem) -> Datum {
        let secret = try find(call)
        let stage = call.text("VersionStage")
        let found =
            call.text("VersionId").map { secret.version($0) }
            ?? secret.version(at: stage ?? SecretRecord.current)
        guard let version = found, stage == nil || SecretRecord.stages(version).contains(stage ?? "") else {
            throw ServiceProblem(
                "ResourceNotFoundException",
                "Secrets Manager can't find the specified secret value for staging label: \(stage ?? SecretRecord.current)"
            )
        }
        let plain = try open(version, of: secret.arn)
        let isText = version["IsText"]?.bool ?? true
        return [
            "ARN": .text(secret.arn), "Name": .text(secret.name), "VersionId": version["VersionId"] ?? .null,
            "SecretString": isText ? .text(String(decoding: plain, as: UTF8.self)) : .null,
            "SecretBinary": isText ? .null : .text(Base64.text(plain)),
            "VersionStages": .list(SecretRecord.stages(version).map(Datum.text)),
            "CreatedDate": .number(Double(version["CreatedDate"]?.whole ?? 0) / 1000),
        ]
    }

    private func put(_ call: Call, stages: [String]) throws(ServiceProblem) -> Datum {
        let wanted = stages.isEmpty ? [SecretRecord.current] : stages
        let arn = try find(call).arn
        guard let version = try version(call, of: arn) else {
            throw ServiceProblem("InvalidParameterException", "You must provide either SecretString or SecretBinary.")
        }
        return try changed(call) { secret in
            // Sealed for one that is gone: another has its name by now.
            guard secret.arn == arn else { throw Self.missing }
            let id = version["VersionId"]?.text ?? ""
            if let old = secret.version(id) {
                guard try same(old, call, of: secret.arn) else {
                    throw ServiceProblem(
                        "ResourceExistsException",
                        "The operation failed because the version \(id) exists already with another value.")
                }
            } else {
                secret.add(version, stages: wanted)
            }
            let now = secret.version(id).map(SecretRecord.stages) ?? []
            return [
                "ARN": .text(secret.arn), "Name": .text(secret.name), "VersionId": .text(id),
                "VersionStages": .list(now.map(Datum.text)),
            ]
        }
    }

    private func update(_ call: Call) throws(ServiceProblem) -> Datum {
        let arn = try find(call).arn
        let version = try version(call, of: arn)
        return try changed(call) { secret in
            guard secret.arn == arn else { throw Self.missing }
            if let id = version?["VersionId"]?.text, let old = secret.version(id), try !same(old, call, of: arn) {
                throw ServiceProblem(
                    "ResourceExistsException",
                    "The operation failed because the version \(id) exists already with another value.")
            }
            if let description = call.input["Description"] { secret.map["Description"] = description }
            if let version, secret.version(version["VersionId"]?.text ?? "") == nil {
                secret.add(version, stages: [SecretRecord.current])
            }
            return ["ARN": .text(secret.arn), "Name": .text(secret.name), "VersionId": version?["VersionId"] ?? .null]
        }
    }

    /// With a window it can still be restored; what is past its window goes with the next deletion.
    private func delete(_ call: Call) throws(ServiceProblem) -> Datum {
        let days = call.whole("RecoveryWindowInDays")
        let isForced = call.flag("ForceDeleteWithoutRecovery")
        if isForced, days != nil {
            throw ServiceProblem(
                "InvalidParameterException",
                "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.")
        }
        guard (7...30).contains(days ?? 30) else {
            throw ServiceProblem(
                "InvalidParameterException", "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive)."
            )
        }
        let now = Int(WallClock.milliseconds)
        let end = isForced ? now : now + (days ?? 30) * Self.dayMilliseconds
        let id = call["SecretId"]
        return try desk.shelf.change { shelf in
            for key in shelf.records.keys(SecretsDesk.kind)
            where shelf.records[SecretsDesk.kind, key]?["DeletedDate"]?.whole ?? .max < now {
                shelf.records[SecretsDesk.kind, key] = nil
            }
            guard var secret = Self.record(id, in: shelf.records) else { throw Self.missing }
            guard isForced || secret.deletedAt == nil else { throw Self.isDeleted }
            secret.map["DeletedDate"] = .whole(end)
            shelf.records[SecretsDesk.kind, secret.name] = isForced ? nil : .map(secret.map)
            return [
                "ARN": .text(secret.arn), "Name": .text(secret.name), "DeletionDate": .number(Double(end) / 1000),
            ]
        }
    }

    private func change(
        _ call: Call, evenDeleted: Bool = false, _ body: @escaping @Sendable (inout SecretRecord) -> Void
    ) throws(ServiceProblem) -> Datum {
        try changed(call, evenDeleted: evenDeleted) { secret in
            body(&secret)
            return ["ARN": .text(secret.arn), "Name": .text(secret.name)]
        }
    }

    private func changed(
        _ call: Call, evenDeleted: Bool = false, _ body: @escaping @Sendable (inout SecretRecord) throws -> Datum
    ) throws(ServiceProblem) -> Datum {
        let id = call["SecretId"]
        return try desk.shelf.change { shelf in
            guard var secret = Self.record(id, in: shelf.records) else { throw Self.missing }
            guard evenDeleted || secret.deletedAt == nil else { throw Self.isDeleted }
            let answer = try body(&secret)
            shelf.records[SecretsDesk.kind, secret.name] = .map(secret.map)
            return answer
        }
    }
}
