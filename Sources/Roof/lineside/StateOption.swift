internal import PartLedger

/// Where a station's state is: said on the command line, in the environment, or beside us.
enum StateOption {
    static let flag = Flag("state", "DIR", "the station's state folder (LINESIDE_STATE, or ./lineside-state)")

    static func folder(_ options: Options) -> StateFolder {
        let named = options.text("state") ?? Environment["LINESIDE_STATE"].flatMap { $0.isEmpty ? nil : $0 }
        return StateFolder(named ?? "./lineside-state")
    }
}
