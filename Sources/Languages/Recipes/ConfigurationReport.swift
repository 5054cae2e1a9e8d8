package import Core

/// What a deployment's configuration met with.
package struct ConfigurationReport: Hashable, Sendable {
    /// A value that was not taken, because of another one.
    package struct Loss: Hashable, Sendable, CustomStringConvertible {
        package enum Writer: String, Hashable, Sendable {
            case recipe = "the recipe's default"
            case deployment = "the deployment"
            case component = "the component"
            case reset = "the deployment's reset"
        }

        package let path: JSONPointer
        package let kept: Datum
        package let keptTime: Int
        /// Nil for a reset, which would have taken the value away.
        package let refused: Datum?
        package let refusedTime: Int
        package let writer: Writer

        package var description: String {
            "\(path): \(Self.word(kept)) of \(Self.moment(keptTime)) stays; \(writer.rawValue) of \(Self.moment(refusedTime)) "
                + (refused.map { "would make it \(Self.word($0))" } ?? "would take it away")
        }

        private static func word(_ value: Datum) -> String { value.shown }
        private static func moment(_ time: Int) -> String {
            time <= ConfigurationTree.defaultTime ? "the recipe" : CivilTime(milliseconds: Int64(time)).iso
        }
    }

    package fileprivate(set) var losses: [Loss] = []
    /// Places that were to be reset, and where there is nothing.
    package fileprivate(set) var resetsOfNothing: [JSONPointer] = []

    package init() {}
}

/// What a deployment says of one component's configuration.
package struct ConfigurationUpdate: Hashable, Sendable {
    package var reset: [JSONPointer]
    package var merge: DatumMap

    package init(reset: [JSONPointer] = [], merge: DatumMap = DatumMap()) {
        self.reset = reset
        self.merge = merge
    }
}

extension ConfigurationTree {
    /// The configuration after a deployment: first what is reset, then the recipe's defaults where there is nothing, then what is merged.
    /// What was written after the deployment was made stays. Nothing changes when it throws.
    package func deployed(
        defaults: DatumMap, update: ConfigurationUpdate?, createdAt time: Int
    ) throws(Fault) -> (tree: ConfigurationTree, report: ConfigurationReport) {
        var tree = self
        var report = ConfigurationReport()
        var merging = ConfigurationMerge(time: time, writer: .deployment)
        for pointer in update?.reset ?? [] {
            let found = try merging.reset(pointer, in: &tree)
            if !found { report.resetsOfNothing.append(pointer) }
        }
        report.losses += tree.fill(.map(defaults))
        if let merge = update?.merge { merging.merge(.map(merge), into: &tree) }
        // A default that the deployment overrules anyway is nothing to report.
        report.losses = report.losses.filter { loss in update.flatMap { Datum.map($0.merge)[loss.path] } == nil }
        report.losses += merging.losses
        return (tree, report)
    }

    /// Defaults fill what is empty; the report holds those that differ from what is there.
    private mutating func fill(_ defaults: Datum) -> [ConfigurationReport.Loss] {
        var merging = ConfigurationMerge(time: Self.defaultTime, writer: .recipe)
        merging.merge(defaults, into: &self)
        return merging.losses
    }
}

extension Datum {
    /// In one short line.
    var shown: String {
        switch self {
        case .text(let text): "\"\(text)\""
        case .whole(let whole): "\(whole)"
        case .number(let number): "\(number)"
        case .bool(let bool): "\(bool)"
        default: kindName
        }
    }
}
