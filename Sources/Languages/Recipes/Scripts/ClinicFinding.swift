/// Something in a script, a tutorial or a component recipe that will not work: where, why, what comes of it, and how
/// it should read.
package struct ClinicFinding: Hashable, Sendable {
    package let level: RecipeFinding.Level
    /// One word for programs, such as `file-blob`.
    package let rule: String
    /// What the list of known defects calls it.
    package let ids: [String]
    /// Which of the files, counted from 0.
    package let paper: Int
    /// Counted from 1.
    package let line: Int
    /// Why it cannot work.
    package let message: String
    package let consequence: String
    package internal(set) var advice: String
    /// The lines as they should be; empty where no other text would help.
    package internal(set) var correction: [String] = []
    /// Of a component: its name, and where in its recipe.
    package internal(set) var component: ComponentName?
    package internal(set) var path: String?
    /// The correction as changes that can be made at once.
    var edits: [TextEdit] = []

    /// Whether `--fix` makes the correction.
    package var isMendable: Bool { !edits.isEmpty }

    /// The same thing, found again in a text that was changed elsewhere.
    func isSame(as other: ClinicFinding) -> Bool {
        rule == other.rule && paper == other.paper && message == other.message && component == other.component
    }
}
