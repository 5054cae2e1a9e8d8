import LineMap
import Testing

/// The table that people import into a PLC's project.
@Suite struct MapTableTests {
    /// Fields of one line; a field in quotes may hold commas.
    private static func fields(_ line: Substring) -> [String] {
        var fields = [""]
        var isQuoted = false
        for character in line {
            switch character {
            case "\"": isQuoted.toggle()
            case "," where !isQuoted: fields.append("")
            default: fields[fields.count - 1].append(character)
            }
        }
        return fields
    }

    private static func table(requestBase: Int = 0, resultBase: Int = 100) -> [[String]] {
        MapTable.csv(requestBase: requestBase, resultBase: resultBase).split(separator: "\n").map(fields)
    }

    @Test func hasOneLineForEachRegister() {
        let table = Self.table()
        #expect(table.count == 1 + RegisterMap.requestCount + RegisterMap.resultCount)
        #expect(table.allSatisfy { $0.count == 6 && !$0.contains("") })
        #expect(table[0] == ["block", "register", "offset", "name", "type", "meaning"])
    }

    @Test func countsRegistersFromTheBasesOfTheConfiguration() {
        let table = Self.table(requestBase: 1_000, resultBase: 2_000).dropFirst()
        let registers = table.map { Int($0[1]) }
        let offsets = table.map { Int($0[2]) }
        #expect(Array(registers.prefix(9)) == Array(1_000..<1_009))
        #expect(Array(registers.dropFirst(9)) == Array(2_000..<2_014))
        #expect(Array(offsets.prefix(9)) == Array(0..<9))
        #expect(Array(offsets.dropFirst(9)) == Array(0..<14))
    }

    @Test func namesNoRegisterTwiceInABlock() {
        for block in ["plc_to_node", "node_to_plc"] {
            let names = MapTable.rows.filter { $0.block == block }.map(\.name)
            #expect(Set(names).count == names.count)
            #expect(names.allSatisfy { $0.allSatisfy { $0.isUppercase || $0 == "_" } })
        }
    }

    /// A quotation mark or a line's end in a meaning would break whoever imports it.
    @Test func meaningsCanBeQuoted() {
        #expect(MapTable.rows.allSatisfy { !$0.meaning.contains("\"") && !$0.meaning.contains("\n") })
        #expect(MapTable.csv(requestBase: 0, resultBase: 100).hasSuffix("\"\n"))
    }

    @Test func blocksAreAsLongAsTheirRegisters() {
        #expect(RegisterMap.Request.allCases.map(\.rawValue) == Array(0..<9))
        #expect(RegisterMap.Result.allCases.map(\.rawValue) == Array(0..<14))
    }
}
