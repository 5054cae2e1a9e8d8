import LineMap
import Testing

/// The check is the CRC-16 that every Modbus device knows.
@Suite struct RegisterCheckTests {
    private static func check(_ registers: [UInt16]) -> UInt16 {
        var check = RegisterCheck()
        for register in registers { check.add(register) }
        return check.value
    }

    /// The same check by nibbles and over bytes, from the table that the protocol's descriptions print.
    private static func byTable(_ bytes: [UInt8]) -> UInt16 {
        let table: [UInt16] = [
            0x0000, 0xcc01, 0xd801, 0x1400, 0xf001, 0x3c00, 0x2800, 0xe401, 0xa001, 0x6c00, 0x7800, 0xb401, 0x5000,
            0x9c01, 0x8801, 0x4400,
        ]
        return bytes.reduce(0xffff) { check, byte in
            let low = check >> 4 ^ table[Int(check ^ UInt16(byte)) & 15]
            return low >> 4 ^ table[Int(low ^ UInt16(byte >> 4)) & 15]
        }
    }

    @Test func theTableGivesTheKnownAnswer() { #expect(Self.byTable(Array("123456789".utf8)) == 0x4b37) }

    /// Published frames, their check as its bytes stand on the wire: low byte first.
    @Test(
        arguments: [
            ([], 0xffff), ([0x0103, 0x0000, 0x000a], 0xcdc5), ([0x1103, 0x006b, 0x0003], 0x8776),
            ([0x1106, 0x0001, 0x0003], 0x9b9a),
        ] as [([UInt16], UInt16)])
    func knowsPublishedFrames(_ registers: [UInt16], _ value: UInt16) { #expect(Self.check(registers) == value) }

    @Test func takesTheHighByteFirst() {
        #expect(Self.check([0x3132, 0x3334, 0x3536, 0x3738]) == Self.byTable(Array("12345678".utf8)))
        for register in UInt16.min...UInt16.max {
            let bytes = [UInt8(register >> 8), UInt8(truncatingIfNeeded: register)]
            guard Self.check([register]) != Self.byTable(bytes) else { continue }
            Issue.record("register \(register)")
            return
        }
    }
}
