internal import Core
internal import Recipes

/// What the doctor found, and what became of it.
struct ClinicReport {
    let files: [String]
    let findings: [ClinicFinding]
    let outcome: Clinic.Outcome?
    /// Where each file's correction lies.
    let written: [String?]

    // MARK: For people

    var text: String {
        guard let outcome else {
            return findings.isEmpty ? "nothing found" : findings.map { full($0) }.joined(separator: "\n")
        }
        let mended = findings.filter(outcome.isMended).map { "mended  \(place($0))\n        \($0.message)" }
        let stays = findings.filter { !outcome.isMended($0) }.map { full($0) }
        let made = written.enumerated().compactMap { index, path in path.map { "\(files[index]) -> \($0)" } }
        let lines = mended + stays + (made.isEmpty ? ["nothing to mend"] : made) + errors(outcome)
        return lines.joined(separator: "\n")
    }

    private func errors(_ outcome: Clinic.Outcome) -> [String] {
        let errors = outcome.stays.filter { $0.level == .error }
        guard !errors.isEmpty else { return [] }
        return ["errors that stay, for no change of the text mends them:"]
            + errors.map { "  \($0.ids.isEmpty ? $0.rule : $0.ids.joined(separator: " ")): \($0.message)" }
    }

    private func place(_ finding: ClinicFinding) -> String {
        let words =
            ["\(files[finding.paper]):\(finding.line)"] + finding.ids
            + [finding.component?.text, finding.path].compactMap(\.self)
        return words.joined(separator: " ")
    }

    private func full(_ finding: ClinicFinding) -> String {
        let level = finding.level.rawValue
        let head = level + String(repeating: " ", count: 8 - level.count) + place(finding)
        let body = [finding.message, finding.consequence, "-> \(finding.advice)"].filter { !$0.isEmpty }
            .map { "        \($0)" }
        return ([head] + body + finding.correction.map { "           | \($0)" }).joined(separator: "\n")
    }

    // MARK: For programs

    var datum: [Datum] { findings.map(datum) }

    private func datum(_ finding: ClinicFinding) -> Datum {
        var map: DatumMap = [
            "level": .text(finding.level.rawValue), "rule": .text(finding.rule),
            "ids": .list(finding.ids.map { .text($0) }), "file": .text(files[finding.paper]),
            "line": .whole(finding.line),
        ]
        map["component"] = finding.component.map { .text($0.text) }
        map["path"] = finding.path.map { .text($0) }
        map["message"] = .text(finding.message)
        map["consequence"] = .text(finding.consequence)
        map["advice"] = .text(finding.advice)
        map["corrected"] = .list(finding.correction.map { .text($0) })
        map["mendable"] = .bool(finding.isMendable)
        if let outcome {
            map["mended"] = .bool(outcome.isMended(finding))
            map["out"] = written[finding.paper].map { .text($0) } ?? .null
        }
        return .map(map)
    }
}
