/// Words by which a command is told from a sentence.
enum ShellVocabulary {
    /// What only leads to a command.
    static let leaders: Set<String> = [
        "if", "then", "elif", "else", "do", "while", "until", "!", "{", "}", "time", "sudo", "exec", "command", "nohup",
        "env",
    ]

    /// What commands of recipes begin with.
    private static let programs: Set<String> = [
        "aws", "docker", "podman", "cat", "echo", "printf", "export", "mkdir", "cd", "python", "python3", "pip", "pip3",
        "tar",
        "zip", "unzip", "curl", "wget", "sleep", "rm", "cp", "mv", "ln", "chmod", "chown", "touch", "tee", "sed", "awk",
        "grep",
        "jq", "git", "for", "fi", "done", "esac", "case", "set", "source", "read", "unset", "java", "apt-get", "yum",
        "systemctl", "declare", "local", "readonly", "base64", "openssl", "sam", "cdk", "terraform", "kubectl", "npm",
        "node",
        "test", "[", "[[", "(", "eval", "trap", "return", "exit", "lineside", "wait", "xargs", "find", "head", "tail",
    ]

    /// Whether a line that begins with a word is a command.
    static func begins(_ word: String) -> Bool {
        if programs.contains(word) || leaders.contains(word) { return true }
        if word.hasPrefix("./") || word.hasPrefix("/") || word.hasSuffix("()") { return true }
        guard let sign = word.firstIndex(of: "="), sign != word.startIndex else { return false }
        return word[..<sign].utf8.allSatisfy(\.isNameLetter)
    }
}
