package import Core

/// How much time a station has for a part, and who may use how much of it.
package struct StationBudget: Hashable, Sendable {
    /// The line, as people measure it.
    package struct Line: Hashable, Sendable {
        package var partsPerMinute = 100.0
        /// From the camera to the gate.
        package var distanceMillimetres = 400.0
        package var speedMetresPerSecond = 0.5
        package var actuatorMilliseconds = 30.0
        package var scanMilliseconds = 10.0
        /// The share of what is left that is kept for the unforeseen.
        package var margin = 0.2

        package init() {}
    }

    /// One stage's part of the window.
    package struct Share: Hashable, Sendable {
        package let name: String
        package let milliseconds: Double
    }

    /// What a station measures itself. Their weights are those of a worked example in milliseconds: trigger 5, sensor to shutter
    /// 12, exposure 8, transfer 6, preprocessing 9, inference 22, reading the result 4, deciding 1, writing to the PLC 15.
    private static let weights: [(String, Double)] = [
        ("trigger", 5), ("acquire", 26), ("preprocess", 9), ("queue", 4), ("run", 22), ("decide", 1), ("write", 15),
    ]

    package let travelMilliseconds: Double
    package let windowMilliseconds: Double
    /// Between two parts: a station that takes longer falls behind, whatever its window.
    package let pitchMilliseconds: Double
    package let shares: [Share]

    /// The window of a line: the way to the gate, less the gate itself, the PLC's scan, and the margin.
    package init(_ line: Line) throws(Fault) {
        travelMilliseconds = line.distanceMillimetres / line.speedMetresPerSecond
        pitchMilliseconds = 60_000 / line.partsPerMinute
        let rest = travelMilliseconds - line.actuatorMilliseconds - line.scanMilliseconds
        windowMilliseconds = rest * (1 - line.margin)
        guard windowMilliseconds > 0 else {
            throw Fault(
                .invalid,
                "there is no time left: a part is at the gate after \(Int(travelMilliseconds)) ms, and the gate and the PLC's scan take \(Int(line.actuatorMilliseconds + line.scanMilliseconds)) ms",
                hint: "move the camera further from the gate, or use a quicker gate")
        }
        shares = Self.shares(of: windowMilliseconds)
    }

    /// The same for a window that is known.
    package init(windowMilliseconds: Double) {
        travelMilliseconds = windowMilliseconds
        pitchMilliseconds = windowMilliseconds
        self.windowMilliseconds = windowMilliseconds
        shares = Self.shares(of: windowMilliseconds)
    }

    private static func shares(of window: Double) -> [Share] {
        let whole = weights.reduce(0) { $0 + $1.1 }
        return weights.map { Share(name: $0.0, milliseconds: window * $0.1 / whole) }
    }

    package func share(_ name: String) -> Double {
        shares.first { $0.name == name }?.milliseconds ?? windowMilliseconds
    }
}
