internal import Core
internal import Files
internal import Glibc
internal import Process

/// `lineside node install` and `uninstall`: a unit of systemd, and nothing else outside the node's own folder.
struct NodeInstallation {
    private static let unitName = "lineside-node.service"
    private static let usualRoot = "/var/lib/lineside"
    private static let usualUnits = "/etc/systemd/system"
    private static let systemctl = "/usr/bin/systemctl"

    private let root: String
    private let units: String
    private let config: String?
    private let keeps: Bool

    init(_ options: Options) {
        root = FileAccess.resolved(options.text("root") ?? NodeRoot.fromEnvironment ?? Self.usualRoot)
        units = options.text("unit-dir") ?? Self.usualUnits
        config = options.text("config").map { FileAccess.resolved($0) }
        keeps = options.has("keep")
    }

    private var unit: String { units + "/" + Self.unitName }

    func install() throws -> Int32 {
        guard let config else { throw UsageFault(message: "node install needs --config: the node's configuration") }
        _ = try NodeFiles.configuration(config)
        guard FileAccess.isFolder(units) else {
            throw Fault(
                .notFound, "no folder \(units) for units of systemd",
                hint: "is systemd here? name its folder with --unit-dir")
        }
        try FileAccess.makeFolder(root, mode: 0o755)
        try FileAccess.writeDurably(Array(try text(config).utf8), to: unit, mode: 0o644)
        Verbs.say("wrote \(unit); the node keeps everything in \(root)")
        guard isSystemdHere else {
            Verbs.say(
                "systemd does not run here: start the node with `lineside node --config \(config) --root \(root)`")
            return ExitCode.ok
        }
        try control("daemon-reload")
        try control("enable", "--now", Self.unitName)
        Verbs.say("the node runs, and will after every start of the machine; `lineside node status --root \(root)`")
        return ExitCode.ok
    }

    /// Stations outlive a node that is killed; a node that is told to stop ends them itself.
    private func text(_ config: String) throws(Fault) -> String {
        """
        [Unit]
        Description=Lineside node
        After=network.target
        StartLimitIntervalSec=0

        [Service]
        ExecStart=\(Self.quoted(try ProcessFacts.executablePath())) node --config \(Self.quoted(config)) --root \(Self.quoted(root))
        Restart=always
        RestartSec=1
        KillMode=process
        TimeoutStopSec=60
        LimitRTPRIO=99
        LimitMEMLOCK=infinity
        LimitNOFILE=1048576

        [Install]
        WantedBy=multi-user.target

        """
    }

    /// As systemd reads words: a percent sign begins a specifier, a dollar sign a variable.
    private static func quoted(_ word: String) -> String {
        var text = "\""
        for character in word {
            switch character {
            case "\"", "\\": text += "\\\(character)"
            case "%": text += "%%"
            case "$": text += "$$"
            default: text.append(character)
            }
        }
        return text + "\""
    }

    func uninstall() throws -> Int32 {
        if isSystemdHere, FileAccess.isFile(unit) { try control("disable", "--now", Self.unitName) }
        try endRunning()
        if FileAccess.isFile(unit) {
            FileAccess.remove(unit)
            Verbs.say("removed \(unit)")
        }
        if isSystemdHere { try control("daemon-reload") }
        guard !keeps else { return ExitCode.ok }
        guard FileAccess.facts(root) != nil else { return ExitCode.ok }
        guard try FileAccess.isFolder(root + "/depot") || FileAccess.names(in: root, hidden: true).isEmpty else {
            throw Fault(
                .invalid, "\(root) is not a node's folder, and is left alone",
                hint: "name the node's folder with --root")
        }
        FileAccess.remove(root)
        guard FileAccess.facts(root) == nil else { throw Fault(.unavailable, "\(root) could not be removed whole") }
        Verbs.say("removed \(root)")
        return ExitCode.ok
    }

    /// A node that somebody started by hand is told to end, and waited for.
    private func endRunning() throws(Fault) {
        let node = NodeRoot(path: root)
        guard FileAccess.isFile(node.doorFile), let status = try? node.ask("GET", "/node/status").datum,
            let pid = status["pid"]?.whole
        else { return }
        kill(Int32(pid), SIGTERM)
        let limit = Instant.now.advanced(by: 60 * Span64.second)
        while ProcessFacts.isAlive(Int32(pid)) {
            guard Instant.now < limit else { throw Fault(.timeout, "the node (process \(pid)) does not end") }
            Pause.nanoseconds(50 * Span64.millisecond)
        }
    }

    private var isSystemdHere: Bool { FileAccess.isFolder("/run/systemd/system") && FileAccess.isFile(Self.systemctl) }

    private func control(_ words: String...) throws(Fault) {
        let (status, text) = try ChildProcess.output([Self.systemctl] + words)
        guard status == "exit status 0" else {
            throw Fault(.unavailable, "systemctl \(words.joined(separator: " ")) failed: \(text)")
        }
    }
}
