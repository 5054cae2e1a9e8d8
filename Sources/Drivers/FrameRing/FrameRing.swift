internal import CKernel
package import Core
internal import Glibc

/// The frames that a camera process and its station share: a memfd with a page of news and a few cells, each for one frame.
/// It is sparse: a cell costs only the pages that frames have touched.
///
/// Concurrency: one process writes at a time (`FrameRingWriter`), any thread may read; every word that both sides look at is
/// atomic, and cells carry a turn that tells a reader whether what it read was whole.
@safe package final class FrameRing: @unchecked Sendable {
    package let descriptor: Int32
    package let cellCount: Int
    package let cellBytes: Int
    let ring: UnsafeMutablePointer<ls_ring>
    private let bytes: Int

    package static let usualCells = 3
    package static let usualCellBytes = 32 << 20

    package init(cells: Int = usualCells, cellBytes: Int = usualCellBytes) throws(Fault) {
        precondition((2...Int(LS_RING_CELLS_MAX)).contains(cells), "2 to \(LS_RING_CELLS_MAX) cells")
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        cellCount = cells
        self.cellBytes = (cellBytes + page - 1) / page * page
        bytes = Int(LS_RING_HEADER_BYTES) + cells * self.cellBytes
        descriptor = unsafe ls_memfd("lineside-frames", UInt64(bytes))
        guard descriptor >= 0 else { throw Fault.system("making \(ByteSize(bytes)) of shared memory for frames") }
        unsafe ring = unsafe try Self.map(descriptor, bytes)
        unsafe ring.pointee.cells = UInt32(cells)
        unsafe ring.pointee.cell_bytes = UInt64(self.cellBytes)
        unsafe ring.pointee.version = UInt32(LS_RING_VERSION)
        unsafe ring.pointee.magic = UInt32(LS_RING_MAGIC)
    }

    /// Joins memory that the station made.
    package init(attachedTo descriptor: Int32) throws(Fault) {
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0, status.st_size > Int(LS_RING_HEADER_BYTES) else {
            throw Fault(.invalid, "descriptor \(descriptor) is not a frame ring")
        }
        self.descriptor = descriptor
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        bytes = Int(status.st_size)
        unsafe ring = unsafe try Self.map(descriptor, bytes)
        cellCount = unsafe Int(ring.pointee.cells)
        cellBytes = unsafe Int(clamping: ring.pointee.cell_bytes)
        guard unsafe ring.pointee.magic == UInt32(LS_RING_MAGIC),
            unsafe ring.pointee.version == UInt32(LS_RING_VERSION),
            (2...Int(LS_RING_CELLS_MAX)).contains(cellCount),
            cellBytes <= (bytes - Int(LS_RING_HEADER_BYTES)) / cellCount
        else {
            throw Fault(
                .invalid, "descriptor \(descriptor) is a frame ring of another version",
                hint: "camera process and station must be one build")
        }
    }

    deinit {
        unsafe munmap(ring, bytes)
        close(descriptor)
    }

    private static func map(_ descriptor: Int32, _ bytes: Int) throws(Fault) -> UnsafeMutablePointer<ls_ring> {
        let start = unsafe mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, descriptor, 0)
        guard let start = unsafe start, unsafe start != MAP_FAILED else { throw Fault.system("mapping a frame ring") }
        return unsafe start.assumingMemoryBound(to: ls_ring.self)
    }

    func cell(_ number: UInt64) -> UnsafeMutablePointer<ls_ring_cell> {
        unsafe ls_ring_cell_of(ring, number, UInt32(cellCount))
    }

    func pixels(_ number: UInt64) -> UnsafeMutableRawPointer {
        let place = Int(number % UInt64(cellCount))
        return unsafe UnsafeMutableRawPointer(ring) + Int(LS_RING_HEADER_BYTES) + place * cellBytes
    }

    /// The camera that is to be opened, told to its process here because arguments and environments are seen by others.
    package var address: String {
        get { unsafe Self.text(ls_ring_address(ring), Int(LS_RING_ADDRESS_BYTES)) }
        set { unsafe Self.put(newValue, ls_ring_address(ring), Int(LS_RING_ADDRESS_BYTES)) }
    }

    /// Asks for one picture, if the camera has a software trigger.
    package func pull() {
        _ = unsafe ls_add(&ring.pointee.pulls, 1)
        _ = unsafe ls_futex_wake(&ring.pointee.pulls, 1)
    }

    static func text(_ start: UnsafeMutablePointer<CChar>, _ room: Int) -> String {
        let bytes = unsafe UnsafeRawBufferPointer(start: start, count: room)
        return unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }

    /// Text that is too long loses its end.
    static func put(_ text: String, _ start: UnsafeMutablePointer<CChar>, _ room: Int) {
        let bytes = Array(text.utf8.prefix(room - 1))
        for place in bytes.indices { unsafe start[place] = CChar(bitPattern: bytes[place]) }
        unsafe start[bytes.count] = 0
    }
}
