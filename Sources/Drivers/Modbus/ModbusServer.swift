internal import CKernel
internal import CModbus
package import Core
internal import Glibc

/// Registers that PLCs and other clients read and write: holding registers from 0 on.
///
/// Concurrency: confined to one thread. Serving allocates nothing.
@safe package final class ModbusServer: @unchecked Sendable {
    package static let clientsMax = 8
    /// After so long without a word the kernel asks whether a client is still there.
    private static let silentSeconds: Int32 = 10
    /// Where a request names its unit.
    private static let unitPlace = 6
    private let context: OpaquePointer
    private let mapping: UnsafeMutablePointer<modbus_mapping_t>
    private let unit: Int
    private var listener: Int32
    private var waits: InlineArray<9, pollfd>
    /// When each of them last asked something.
    private var heard: InlineArray<9, Instant>
    private var clientCount = 0
    package let port: Int

    /// Listens with `registers` holding registers; port 0 takes any free one.
    package init(host: String, port: Int, unit: Int, registers: Int) throws(Fault) {
        let made = unsafe modbus_new_tcp(host, Int32(port))
        guard let made = unsafe made else { throw Fault.system("preparing a Modbus server on \(host):\(port)") }
        unsafe context = unsafe made
        self.unit = unit
        unsafe modbus_set_slave(made, Int32(unit))
        unsafe modbus_set_indication_timeout(made, 0, 20_000)
        unsafe modbus_set_byte_timeout(made, 0, 5_000)
        let table = unsafe modbus_mapping_new_start_address(0, 0, 0, 0, 0, UInt32(registers), 0, 0)
        guard let table = unsafe table else { throw Fault.system("making \(registers) Modbus registers") }
        unsafe mapping = unsafe table
        listener = unsafe modbus_tcp_listen(made, Int32(Self.clientsMax))
        guard listener >= 0 else {
            let fault = Fault.system("listening on \(host):\(port)")
            throw Fault(.unavailable, fault.message, hint: "choose another port, or stop whoever has this one")
        }
        _ = fcntl(listener, F_SETFD, FD_CLOEXEC)
        waits = InlineArray(repeating: pollfd(fd: -1, events: Int16(POLLIN) | Int16(LS_RDHUP), revents: 0))
        waits[0].fd = listener
        heard = InlineArray(repeating: Instant(nanoseconds: 0))
        self.port = Self.port(of: listener) ?? port
    }

    deinit {
        for place in 0...clientCount { Glibc.close(waits[place].fd) }
        unsafe modbus_mapping_free(mapping)
        unsafe modbus_free(context)
    }

    private static func port(of descriptor: Int32) -> Int? {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = unsafe withUnsafeMutablePointer(to: &address) { place in
            let plain = unsafe UnsafeMutableRawPointer(place).assumingMemoryBound(to: sockaddr.self)
            return unsafe getsockname(descriptor, plain, &length)
        }
        return status == 0 ? Int(UInt16(bigEndian: address.sin_port)) : nil
    }

    package var hasClients: Bool { clientCount > 0 }

    /// A window on the registers.
    package func block(start: Int, count: Int) -> RegisterBlock {
        precondition(unsafe start >= 0 && count > 0 && start + count <= Int(mapping.pointee.nb_registers))
        return unsafe RegisterBlock(start: start, count: count, registers: mapping.pointee.tab_registers + start)
    }

    /// Answers whoever asks until `deadline`; returns at once after each answered request when `once`, and says whether
    /// there was one.
    @discardableResult
    package func serve(until deadline: Instant, once: Bool = false) -> Bool {
        var served = false
        while true {
            let number = clientCount + 1
            let ready = unsafe withUnsafeMutablePointer(to: &waits) { place in
                unsafe ls_poll_until(
                    UnsafeMutableRawPointer(place).assumingMemoryBound(to: pollfd.self), Int32(number),
                    deadline.nanoseconds)
            }
            if ready <= 0 { return served }
            if waits[0].revents != 0 { admit() }
            var place = 1
            while place <= clientCount {
                switch waits[place].revents == 0 ? .incomplete : attend(waits[place]) {
                case .answered:
                    served = true
                    heard[place] = .now
                case .over:
                    drop(place)
                    continue
                case .incomplete: break
                }
                place += 1
            }
            if served && once { return true }
        }
    }

    private func admit() {
        let client = ls_accept(listener, nil, 0)
        guard client >= 0 else { return }
        // Connections that nobody uses any more must not keep the PLC out.
        if clientCount == Self.clientsMax { drop(longestSilent) }
        _ = fcntl(client, F_SETFL, fcntl(client, F_GETFL, 0) & ~O_NONBLOCK)
        _ = ls_set_nodelay(client)
        // A peer that vanished without a word is found out.
        _ = ls_keep_alive(client, Self.silentSeconds)
        clientCount += 1
        waits[clientCount].fd = client
        waits[clientCount].revents = 0
        heard[clientCount] = .now
    }

    private var longestSilent: Int {
        var longest = 1
        var place = 2
        while place <= clientCount {
            if heard[place] < heard[longest] { longest = place }
            place += 1
        }
        return longest
    }

    private enum Attention { case answered, incomplete, over }

    /// Answers a client whose whole request is there. Half of one must not hold up whoever else waits: the kernel tells when
    /// the rest has come.
    private func attend(_ wait: pollfd) -> Attention {
        let client = wait.fd
        var header: InlineArray<6, UInt8> = [0, 0, 0, 0, 0, 0]
        let seen = unsafe withUnsafeMutablePointer(to: &header) { place in
            unsafe recv(client, UnsafeMutableRawPointer(place), 6, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
        }
        guard seen > 0 else { return seen < 0 && errno == EAGAIN ? .incomplete : .over }
        let length = Int(header[4]) << 8 | Int(header[5])
        let isModbus = header[2] == 0 && header[3] == 0 && (2...254).contains(length)
        guard seen < 6 || isModbus else { return .over }
        let need = seen < 6 ? 6 : 6 + length
        var present: Int32 = 0
        guard unsafe ls_bytes_waiting(client, &present) == 0 else { return .over }
        if present < need {
            // The rest of it will never come.
            if Int(wait.revents) & (Int(LS_RDHUP) | Int(LS_HUP)) != 0 { return .over }
            ls_wake_for(client, Int32(need))
            return .incomplete
        }
        ls_wake_for(client, 1)
        return answer(client) ? .answered : .over
    }

    private func answer(_ client: Int32) -> Bool {
        unsafe modbus_set_socket(context, client)
        return unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Int(MODBUS_TCP_MAX_ADU_LENGTH)) {
            request in
            guard let start = request.baseAddress else { return false }
            let count = unsafe modbus_receive(context, start)
            if count == 0 { return true }
            guard count > 0 else { return false }
            // A question for another unit is not for us; whoever asked will notice that nobody answers.
            guard unsafe Int(start[Self.unitPlace]) == unit || unit == 255 else { return true }
            return unsafe modbus_reply(context, start, count, mapping) >= 0
        }
    }

    private func drop(_ place: Int) {
        Glibc.close(waits[place].fd)
        waits[place] = waits[clientCount]
        heard[place] = heard[clientCount]
        waits[clientCount].fd = -1
        clientCount -= 1
    }

    /// Ends every connection, as a PLC that is switched off does.
    package func hangUp() { while clientCount > 0 { drop(clientCount) } }
}
