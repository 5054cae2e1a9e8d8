import Core
import Files
import Testing

@testable import Node

@Suite struct StationPageTests {
    @Test(
        arguments: [
            (host: nil, address: "http://127.0.0.1:81"), ("127.0.0.2", "http://127.0.0.2:81"),
            ("0.0.0.0", "http://127.0.0.1:81"), ("::", "http://[::1]:81"), ("line.local", "http://line.local:81"),
        ] as [(host: String?, address: String)])
    func isAskedWhereItListens(_ testCase: (host: String?, address: String)) throws {
        var page = DatumMap()
        page["host"] = testCase.host.map(Datum.text)
        let station = StationPage(page, port: 81)
        #expect(station.address == testCase.address)
        #expect(try station.token() == nil)
    }

    @Test func itsTokenIsReadWhenItIsNeeded() throws {
        let folder = try FileAccess.temporaryFolder("lineside-page")
        defer { FileAccess.remove(folder) }
        let station = StationPage(["token_file": .text(folder + "/token")], port: 81)
        #expect(throws: Fault.self) { try station.token() }
        try FileAccess.write(Array(" a secret\n".utf8), to: folder + "/token")
        #expect(try station.token() == "a secret")
    }
}

/// What a station's processes print.
@Suite struct StationPrintoutTests {
    @Test func theLastLineIsRemembered() throws {
        let folder = try FileAccess.temporaryFolder("lineside-printout")
        defer { FileAccess.remove(folder) }
        let printout = StationPrintout(folder + "/line.log")
        printout.tend()
        #expect(printout.lastLine.isEmpty)
        try FileAccess.write(
            Array("lineside: a port is taken\nlineside: station ended; it is started again\nha".utf8),
            to: folder + "/line.log")
        printout.tend()
        #expect(printout.lastLine == "lineside: a port is taken")
        // A new one in its place is read from its beginning.
        try FileAccess.write(Array("lf\n".utf8), to: folder + "/line.log")
        printout.tend()
        #expect(printout.lastLine == "half")
    }
}
