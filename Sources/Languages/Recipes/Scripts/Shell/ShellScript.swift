/// What a shell would find in a block: commands, the files that they hold in themselves, and what they ask their
/// variables for.
struct ShellScript: Sendable {
    var commands: [ShellCommand] = []
    var heredocs: [Heredoc] = []
    /// A line with everything that goes on behind it, without the end of its last line.
    var statements: [Range<Int>] = []
    var uses: [VariableUse] = []
    var tears: [Tear] = []
}

/// A word after its quotes are taken away. Variables and `$(...)` stand in it as they are written.
struct ShellWord: Hashable, Sendable {
    let text: String
    let range: Range<Int>
    var isQuoted = false
}

/// One command of a line, wherever it stands: in a pipe, behind `if`, in `X=$(...)`.
struct ShellCommand: Sendable {
    enum Joint: Hashable, Sendable { case line, pipe, and, or, other }

    /// The program first; what only leads to it (`if`, `sudo`, `A=b`) is not among them.
    var words: [ShellWord] = []
    var assignments: [Assignment] = []
    /// Names that get a value in another way: `for x in`, `read x`.
    var otherNames: [String] = []
    var redirects: [Redirect] = []
    var heredocs: [Int] = []
    var range = 0..<0
    var statement = 0
    /// How many `$(` it stands in.
    var depth = 0
    /// X of `X=$(...)`.
    var assignee: String?
    var before = Joint.line
    var after = Joint.line

    struct Assignment: Hashable, Sendable {
        let name: String
        let value: String
        let range: Range<Int>
    }

    struct Redirect: Hashable, Sendable {
        enum Way: Hashable, Sendable { case input, output }
        let way: Way
        let target: ShellWord
    }

    /// The program's own name, without its folder.
    var program: String? {
        words.first.map { $0.text.split(separator: "/").last.map(String.init) ?? $0.text }
    }
}

/// A file that is written into the script itself: `cat > FILE << EOF`.
struct Heredoc: Sendable {
    let delimiter: String
    /// Nothing in it is the shell's: `<< 'EOF'`.
    let isQuoted: Bool
    /// Tabs in front of its lines are not its own: `<<-`.
    let dropsTabs: Bool
    /// Where it is written to, if that is a file.
    var file: String?
    var body = 0..<0
    /// The line that ends it.
    var terminator = 0..<0
    /// It is indented, and the shell does not take it for the end.
    var isTerminatorIndented = false
}

struct VariableUse: Hashable, Sendable {
    let name: String
    let offset: Int
    /// `${NAME:-...}` and the like.
    let hasDefault: Bool
}

/// A backslash at the end of a line in the middle of a word.
struct Tear: Hashable, Sendable {
    /// From the backslash to the first letter of the rest.
    let range: Range<Int>
    /// The rest does not begin its line, and so it is no longer part of the word.
    let isIndented: Bool
    /// What stands in front of the backslash.
    let last: UInt8
}
