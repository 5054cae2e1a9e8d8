internal import CKernel
internal import CModbus
package import Core
internal import Glibc

/// A PLC that is asked: one write-and-read (function 23) a cycle. After any error the connection is closed and made
/// anew, because a reply that comes late would otherwise be taken for the next one's.
///
/// Concurrency: confined to one thread. A steady exchange allocates nothing.
@safe package final class ModbusClient: @unchecked Sendable {
    package let address: ModbusAddress
    private let context: OpaquePointer
    package private(set) var isConnected = false

    package init(_ address: ModbusAddress, replyWithin timeout: UInt64) throws(Fault) {
        self.address = address
        let made = unsafe modbus_new_tcp_pi(address.host, "\(address.port)")
        guard let made = unsafe made else { throw Fault.system("preparing a Modbus connection to \(address)") }
        unsafe context = unsafe made
        unsafe modbus_set_slave(made, Int32(address.unit))
        let microseconds = UInt32(clamping: timeout / 1000)
        unsafe modbus_set_response_timeout(made, microseconds / 1_000_000, microseconds % 1_000_000)
        unsafe modbus_set_byte_timeout(made, 0, min(microseconds, 500_000))
    }

    deinit {
        close()
        unsafe modbus_free(context)
    }

    /// Connects when there is no connection; bounded by the reply's time.
    package func connect() -> Bool {
        guard !isConnected else { return true }
        guard unsafe modbus_connect(context) == 0 else { return false }
        _ = unsafe ls_set_nodelay(modbus_get_socket(context))
        isConnected = true
        return true
    }

    package func close() {
        guard isConnected else { return }
        unsafe modbus_close(context)
        isConnected = false
    }

    /// Writes registers and reads others in one round trip. False after any error; the connection is then closed.
    package func exchange(write: RegisterBlock, read: RegisterBlock) -> Bool {
        guard connect() else { return false }
        let count = unsafe modbus_write_and_read_registers(
            context, Int32(write.start), Int32(write.count), write.registers, Int32(read.start), Int32(read.count),
            read.registers)
        guard count == Int32(read.count) else {
            close()
            return false
        }
        return true
    }

    /// Why the last call failed.
    package var lastError: String { unsafe String(cString: modbus_strerror(errno)) }
}

/// Registers in a row, in memory that stays where it is.
@safe package struct RegisterBlock: @unchecked Sendable {
    package let start: Int
    package let count: Int
    let registers: UnsafeMutablePointer<UInt16>

    /// Memory that lives as long as the process.
    package init(start: Int, count: Int) {
        self.start = start
        self.count = count
        unsafe registers = .allocate(capacity: count)
        unsafe registers.initialize(repeating: 0, count: count)
    }

    init(start: Int, count: Int, registers: UnsafeMutablePointer<UInt16>) {
        self.start = start
        self.count = count
        unsafe self.registers = unsafe registers
    }

    package subscript(_ place: Int) -> UInt16 {
        get {
            precondition(place >= 0 && place < count)
            return unsafe registers[place]
        }
        nonmutating set {
            precondition(place >= 0 && place < count)
            unsafe registers[place] = newValue
        }
    }
}
