internal import Core
internal import JSON
internal import PowerCuts

/// A power-cut drill's figures, for people and for programs.
enum PowerCutTable {
    private static let titles = ["scenario", "steps", "kills", "losses", "second losses", "refusals", "cuts"]

    static func text(_ report: CutReport, _ seconds: Double) -> String {
        let rows = [titles] + report.rows.map { [$0.scenario] + figures($0).map { "\($0)" } }
        let widths = titles.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        let lines = rows.map { row in
            row.indices.map { column in
                let gap = String(repeating: " ", count: widths[column] - row[column].count)
                return column == 0 ? row[column] + gap : gap + row[column]
            }.joined(separator: "  ")
        }
        let failures = report.failures.map { failure in
            """
            FAILED \(failure.point) (\(failure.step)): \(failure.evidence.joined(separator: "; "))
              again: lineside drill power --point \(failure.point)
            """
        }
        let summary = """
            \(report.steps) kill points, \(report.cuts) cuts: \(report.failed) left anything but a verified release, whole, active \
            and serving; \(Int(seconds)) s
            """
        return (lines + [""] + failures + [summary]).joined(separator: "\n")
    }

    private static func figures(_ row: CutReport.Row) -> [Int] {
        [row.steps, row.kills, row.losses, row.secondLosses, row.refusals, row.cuts]
    }

    static func json(_ report: CutReport, _ seconds: Double) -> String {
        let names = ["steps", "kills", "losses", "second_losses", "refusals", "cuts"]
        let rows = report.rows.map { row in
            Datum.map(DatumMap([("scenario", .text(row.scenario))] + zip(names, figures(row)).map { ($0, .whole($1)) }))
        }
        let failures = report.failures.map { failure in
            Datum.map([
                "point": .text("\(failure.point)"), "step": .text(failure.step),
                "evidence": .list(failure.evidence.map(Datum.text)),
            ])
        }
        let document = Datum.map([
            "kill_points": .whole(report.steps), "cuts": .whole(report.cuts), "failed": .whole(report.failed),
            "seconds": .number(seconds), "scenarios": .list(rows), "failures": .list(failures),
        ])
        return String(decoding: document.json, as: UTF8.self)
    }
}
