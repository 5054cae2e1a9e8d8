internal import ControlLoop
internal import Core
internal import Files
internal import Glibc
internal import LineConfig
internal import Mailbox
internal import Station

/// A line's configuration, from its file to what the rooms are told.
struct LineFile {
    static let flag = Flag("config", "FILE", "the line's configuration (line.json)")

    let path: String
    let configuration: LineConfiguration

    init(_ options: Options) throws(Fault) {
        path = options.text("config") ?? "line.json"
        guard FileAccess.isFile(path) else {
            throw Fault(
                .notFound, "no configuration at \(path)", hint: "name one with --config; docs/spec/line.md describes it"
            )
        }
        configuration = try LineConfiguration(parsing: try FileAccess.read(path, limit: 1 << 20), file: path)
    }

    /// Where the station and its PLC process meet: a file in memory, named by the station unless the configuration says where.
    var mailboxPath: String {
        configuration.mailbox.isEmpty
            ? "/dev/shm/lineside-\(getuid())-\(configuration.station).mailbox" : configuration.mailbox
    }

    var controlSettings: ControlSettings {
        var settings = ControlSettings()
        settings.period = configuration.plc.period
        settings.decideWithin = configuration.decideWithin
        settings.ageLimit = configuration.ageLimit
        settings.hold = configuration.plc.hold
        settings.plcSilence = configuration.plc.plcSilence
        settings.stationSilence = configuration.plc.stationSilence
        settings.failSafe = configuration.failSafe
        return settings
    }

    var stationSettings: StationSettings {
        var settings = StationSettings()
        settings.queueDepth = configuration.queueDepth
        // The station says why before the PLC process says that there was nothing.
        settings.decideWithin =
            configuration.decideWithin - min(configuration.decideWithin / 4, 2 * configuration.plc.period)
        settings.frameWithin = configuration.frameWithin
        settings.failSafe = configuration.failSafe
        return settings
    }
}
