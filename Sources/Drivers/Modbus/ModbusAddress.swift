package import Core

/// Where a PLC is: `modbus://host:port?unit=1`.
package struct ModbusAddress: Hashable, Sendable, CustomStringConvertible {
    package static let defaultPort = 502
    package let host: String
    package let port: Int
    package let unit: Int

    package init(host: String, port: Int, unit: Int = 1) {
        self.host = host
        self.port = port
        self.unit = unit
    }

    package init(parsing text: String) throws(Fault) {
        func wrong(_ why: String) -> Fault {
            Fault(.invalid, "'\(text)' is not a PLC address: \(why)", hint: "write modbus://HOST:PORT?unit=1")
        }
        guard text.hasPrefix("modbus://") else { throw wrong("it does not begin with modbus://") }
        let halves = text.dropFirst("modbus://".count).split(
            separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let place = halves[0].hasSuffix("/") ? halves[0].dropLast() : halves[0]
        var unit = 1
        if halves.count == 2 {
            for setting in halves[1].split(separator: "&") {
                let pair = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard pair[0] == "unit" else { throw wrong("'\(pair[0])' is not a setting of it; unit is") }
                // 248 to 254 are reserved; 255 is what a device without units answers to.
                guard pair.count == 2, let number = Int(pair[1]), (0...247).contains(number) || number == 255 else {
                    throw wrong("unit must be 0 to 247, or 255")
                }
                unit = number
            }
        }
        let end = place.hasPrefix("[") ? place.firstIndex(of: "]") : nil
        let colon = place[(end ?? place.startIndex)...].lastIndex(of: ":")
        var name = colon.map { place[..<$0] } ?? place
        if end != nil { name = name.dropFirst().dropLast() }
        guard !name.isEmpty else { throw wrong("it names no host") }
        var port = Self.defaultPort
        if let colon {
            guard let number = Int(place[place.index(after: colon)...]), (1...65_535).contains(number) else {
                throw wrong("the port must be 1 to 65535")
            }
            port = number
        }
        self.init(host: String(name), port: port, unit: unit)
    }

    package var description: String { "modbus://\(host):\(port)?unit=\(unit)" }
}
