import Core
import Modbus
import Testing

@Suite struct ModbusAddressTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let text: String
        let host: String
        var port = 502
        var unit = 1
        var testDescription: String { text }
    }

    @Test(arguments: [
        Row(text: "modbus://plc", host: "plc"),
        Row(text: "modbus://plc/", host: "plc"),
        Row(text: "modbus://plc:1502", host: "plc", port: 1_502),
        Row(text: "modbus://plc:1502/", host: "plc", port: 1_502),
        Row(text: "modbus://10.0.0.7:1?unit=0", host: "10.0.0.7", port: 1, unit: 0),
        Row(text: "modbus://10.0.0.7:65535?unit=247", host: "10.0.0.7", port: 65_535, unit: 247),
        Row(text: "modbus://plc/?unit=255", host: "plc", unit: 255),
        Row(text: "modbus://plc?", host: "plc"),
    ])
    func reads(_ row: Row) throws {
        let address = try ModbusAddress(parsing: row.text)
        #expect(address == ModbusAddress(host: row.host, port: row.port, unit: row.unit))
        #expect(try ModbusAddress(parsing: "\(address)") == address)
    }

    @Test(arguments: [
        "", "plc", "plc:502", "http://plc", "modbus:plc", "MODBUS://plc", "modbus://", "modbus:///", "modbus://:502",
        "modbus://?unit=1", "modbus://plc:", "modbus://plc:0", "modbus://plc:65536", "modbus://plc:-1",
        "modbus://plc:x", "modbus://plc:1 ", "modbus://plc?unit", "modbus://plc?unit=", "modbus://plc?unit=x",
        "modbus://plc?unit=-1", "modbus://plc?unit=256", "modbus://plc?units=1", "modbus://plc?unit=1&timeout=3",
        "modbus://plc?=", "modbus://plc?Unit=1",
    ])
    func refuses(_ text: String) {
        let fault = #expect(throws: Fault.self) { try ModbusAddress(parsing: text) }
        #expect(fault?.code == .invalid && fault?.message.contains("'\(text)'") == true && fault?.hint != nil)
    }

    /// Modbus knows units up to 247, and 255 for the device itself.
    @Test(arguments: 248...254)
    func aUnitThatNoDeviceCanHaveIsRefused(_ unit: Int) {
        #expect(throws: Fault.self) { try ModbusAddress(parsing: "modbus://plc?unit=\(unit)") }
    }

    @Test func anIPv6AddressIsReadWithoutItsBrackets() {
        let withPort = try? ModbusAddress(parsing: "modbus://[::1]:1502")
        let withoutPort = try? ModbusAddress(parsing: "modbus://[::1]")
        #expect(withPort == ModbusAddress(host: "::1", port: 1_502))
        #expect(withoutPort == ModbusAddress(host: "::1", port: 502))
    }
}
