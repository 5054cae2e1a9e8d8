internal import LineKeeper

/// Who keeps the processes of a demonstration's line.
protocol DemoKeeper: Sendable {
    /// Comes back when what is needed has begun, or throws what keeps it from that.
    func begin() throws
    /// Ends everything, in order.
    func letGo()
    /// How often each had to be started again.
    var restarts: [(name: String, count: UInt64)] { get }
    /// What people are told beside.
    var greeting: [String] { get }
}

extension Household: DemoKeeper {
    func begin() { start() }
    var restarts: [(name: String, count: UInt64)] { [("station", station.restarts), ("io", io.restarts)] }
    var greeting: [String] { [] }
}
