/// The doctor of all that people write around components: recipes, the scripts that make them, the tutorials that
/// print those. It asks
/// nobody. What belongs together is given together, in the order in which it is followed.
package struct Clinic {
    private let papers: [ClinicPaper]
    private let platform: Platform
    private let cli: Int?
    private let content: (Artifact) -> [UInt8]?

    /// `cli`: the major version of the AWS CLI, if it is known. `content`: the bytes of an artifact that is at hand,
    /// or nil.
    package init(
        _ papers: [ClinicPaper], platform: Platform, cli: Int? = nil,
        content: @escaping (Artifact) -> [UInt8]? = { _ in nil }
    ) {
        self.papers = papers
        self.platform = platform
        self.cli = cli
        self.content = content
    }

    private static let rules: [@Sendable (Walkthrough) -> [ClinicFinding]] = [
        RegionRule.findings, SessionRule.findings, BucketRule.findings, ShorthandRule.findings, OptionRule.findings,
        OutputFileRule.findings, RegistryRule.findings, PickleRule.findings, ContainerRule.findings, OrderRule.findings,
        MojibakeRule.findings, ExchangeRoleRule.findings, ProgramRule.findings, PlaceholderRule.findings,
        BlobRule.findings,
        LogsTailRule.findings, LogTargetRule.findings, DeviceRule.findings, DeviceSettingsRule.findings,
        CleanupRule.findings, TornWordRule.findings, WaiterRule.findings, PipRule.findings,
    ]

    /// What is found, file by file and line by line.
    package func findings() -> [ClinicFinding] {
        let walk = Walkthrough(papers, cli: cli)
        let found = Self.rules.flatMap { $0(walk) } + RecipeRule.findings(walk, platform: platform, content: content)
        return found.enumerated().sorted { left, right in
            let (first, second) = (order(left.element), order(right.element))
            return first == second ? left.offset < right.offset : first < second
        }.map { $0.element.withCorrection(walk.papers) }
    }

    /// A script is read from above; of a recipe the worst comes first.
    private func order(_ finding: ClinicFinding) -> (Int, Int, Int) {
        let isRecipe = papers[finding.paper].kind == .recipe
        let levels: [RecipeFinding.Level] = [.error, .warning, .note]
        return (finding.paper, isRecipe ? levels.firstIndex(of: finding.level) ?? 0 : 0, isRecipe ? 0 : finding.line)
    }

    // MARK: Mending

    package struct Outcome {
        /// The files in their order, corrected.
        package let papers: [ClinicPaper]
        /// What is found in them still.
        package let stays: [ClinicFinding]

        package func isMended(_ finding: ClinicFinding) -> Bool {
            finding.isMendable && !stays.contains { $0.isSame(as: finding) }
        }
    }

    /// Looks again after every round of changes: one may make room for another, and ask for it too.
    private static let roundsMax = 40

    /// The same files with every correction made that can be made.
    package func mended() -> Outcome {
        var clinic = self
        for _ in 0..<Self.roundsMax {
            let found = clinic.findings()
            var plan = EditPlan()
            let taken = found.filter { plan.take($0.edits) }
            guard !taken.isEmpty else { return Outcome(papers: clinic.papers, stays: found) }
            let papers = clinic.papers.enumerated().map { index, paper in
                ClinicPaper(paper, bytes: plan.applied(to: paper.bytes, paper: index))
            }
            clinic = Clinic(papers, platform: platform, cli: cli, content: content)
        }
        return Outcome(papers: clinic.papers, stays: clinic.findings())
    }
}

extension ClinicFinding {
    /// No more of a correction is shown.
    private static let linesMax = 24
    private static let letterMax = 400

    /// With the lines that its changes make, unless it brings lines of its own.
    fileprivate func withCorrection(_ papers: [ScriptText]) -> ClinicFinding {
        guard correction.isEmpty, !edits.isEmpty else { return self }
        var finding = self
        finding.correction = Self.lines(edits, papers).prefix(Self.linesMax).map {
            $0.utf8.count > Self.letterMax ? String($0.prefix(Self.letterMax)) + "..." : $0
        }
        return finding
    }

    private static func lines(_ edits: [TextEdit], _ papers: [ScriptText]) -> [String] {
        var groups: [(paper: Int, lines: Range<Int>, edits: [TextEdit])] = []
        for edit in edits.sorted(by: { ($0.paper, $0.range.lowerBound) < ($1.paper, $1.range.lowerBound) }) {
            let table = papers[edit.paper].lines
            let first = table.line(at: edit.range.lowerBound)
            let last = table.line(at: edit.range.upperBound) + 1
            if let group = groups.last, group.paper == edit.paper, group.lines.upperBound >= first {
                groups[groups.count - 1].lines = group.lines.lowerBound..<max(group.lines.upperBound, last)
                groups[groups.count - 1].edits.append(edit)
            } else {
                groups.append((edit.paper, first..<last, [edit]))
            }
            if groups.count > linesMax { break }
        }
        return groups.flatMap { group -> [String] in
            if let edit = group.edits.first, group.edits.count == 1, edit.addsLines {
                return edit.replacement.split(whereSeparator: \.isNewline).map(String.init)
            }
            let text = papers[group.paper]
            let range =
                text.lines.starts[group.lines.lowerBound]..<text.range(ofLine: group.lines.upperBound - 1).upperBound
            let changed = EditPlan.applied(group.edits, to: text.bytes[range])
            return String(decoding: changed, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
        }
    }
}
