import CBOR
import Testing

/// The examples of RFC 8949, appendix A.
@Suite struct CBORExampleTests {
    /// What is written here as there.
    static let same: [CBORVector] = [
        CBORVector("00", .whole(0)), CBORVector("01", .whole(1)), CBORVector("0a", .whole(10)),
        CBORVector("17", .whole(23)), CBORVector("1818", .whole(24)), CBORVector("1819", .whole(25)),
        CBORVector("1864", .whole(100)), CBORVector("1903e8", .whole(1000)),
        CBORVector("1a000f4240", .whole(1_000_000)), CBORVector("1b000000e8d4a51000", .whole(1_000_000_000_000)),
        CBORVector("20", .whole(-1)), CBORVector("29", .whole(-10)), CBORVector("3863", .whole(-100)),
        CBORVector("3903e7", .whole(-1000)), CBORVector("fb3ff199999999999a", .number(1.1)),
        CBORVector("fa47c35000", .number(100_000)), CBORVector("fa7f7fffff", .number(3.4028234663852886e+38)),
        CBORVector("fb7e37e43c8800759c", .number(1.0e+300)), CBORVector("fbc010666666666666", .number(-4.1)),
        CBORVector("fa7f800000", .number(.infinity)), CBORVector("faff800000", .number(-.infinity)),
        CBORVector("f4", .bool(false)), CBORVector("f5", .bool(true)), CBORVector("f6", .null),
        CBORVector("c11a514b67b0", .time(1_363_896_240)), CBORVector("c1fb41d452d9ec200000", .time(1_363_896_240.5)),
        CBORVector("40", .bytes([])), CBORVector("4401020304", .bytes([1, 2, 3, 4])), CBORVector("60", .text("")),
        CBORVector("6161", .text("a")), CBORVector("6449455446", .text("IETF")), CBORVector("62225c", .text("\"\\")),
        CBORVector("62c3bc", .text("\u{fc}")), CBORVector("63e6b0b4", .text("\u{6c34}")),
        CBORVector("64f0908591", .text("\u{10151}")), CBORVector("80", .list([])),
        CBORVector("83010203", .list([.whole(1), .whole(2), .whole(3)])),
        CBORVector(
            "8301820203820405",
            .list([.whole(1), .list([.whole(2), .whole(3)]), .list([.whole(4), .whole(5)])])),
        CBORVector(
            "98190102030405060708090a0b0c0d0e0f101112131415161718181819", .list((1...25).map(CBORValue.whole))),
        CBORVector("a0", .map([])),
        CBORVector(
            "a26161016162820203",
            .map([.init("a", .whole(1)), .init("b", .list([.whole(2), .whole(3)]))])),
        CBORVector("826161a161626163", .list([.text("a"), .map([.init("b", .text("c"))])])),
        CBORVector(
            "a56161614161626142616361436164614461656145",
            .map(["a", "b", "c", "d", "e"].map { CBORValue.Member($0, .text($0.uppercased())) })),
    ]

    @Test(arguments: same) func readsAndWrites(_ row: CBORVector) throws {
        #expect(try CBORValue(parsing: row.bytes) == row.value)
        #expect(CBORVector.hex(row.value.encoded) == row.hex)
    }

    /// What is written here in another way.
    @Test(arguments: [
        CBORVector("f90000", .number(0)), CBORVector("f93c00", .number(1)), CBORVector("f93e00", .number(1.5)),
        CBORVector("f97bff", .number(65504)), CBORVector("f90001", .number(5.960464477539063e-8)),
        CBORVector("f90400", .number(0.00006103515625)), CBORVector("f9c400", .number(-4)),
        CBORVector("f97c00", .number(.infinity)), CBORVector("f9fc00", .number(-.infinity)),
        CBORVector("fb7ff0000000000000", .number(.infinity)), CBORVector("fbfff0000000000000", .number(-.infinity)),
        CBORVector("f7", .null),
        CBORVector("1bffffffffffffffff", .number(0x1p64)),
        CBORVector("3bffffffffffffffff", .number(-0x1p64)),
        CBORVector("5f42010243030405ff", .bytes([1, 2, 3, 4, 5])),
        CBORVector("7f657374726561646d696e67ff", .text("streaming")), CBORVector("9fff", .list([])),
        CBORVector(
            "9f018202039f0405ffff",
            .list([.whole(1), .list([.whole(2), .whole(3)]), .list([.whole(4), .whole(5)])])),
        CBORVector(
            "9f01820203820405ff",
            .list([.whole(1), .list([.whole(2), .whole(3)]), .list([.whole(4), .whole(5)])])),
        CBORVector(
            "83018202039f0405ff",
            .list([.whole(1), .list([.whole(2), .whole(3)]), .list([.whole(4), .whole(5)])])),
        CBORVector(
            "83019f0203ff820405",
            .list([.whole(1), .list([.whole(2), .whole(3)]), .list([.whole(4), .whole(5)])])),
        CBORVector(
            "9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff", .list((1...25).map(CBORValue.whole))),
        CBORVector(
            "bf61610161629f0203ffff",
            .map([.init("a", .whole(1)), .init("b", .list([.whole(2), .whole(3)]))])),
        CBORVector("826161bf61626163ff", .list([.text("a"), .map([.init("b", .text("c"))])])),
        CBORVector("bf6346756ef563416d7421ff", .map([.init("Fun", .bool(true)), .init("Amt", .whole(-2))])),
    ])
    func reads(_ row: CBORVector) throws {
        let value = try CBORValue(parsing: row.bytes)
        #expect(value == row.value)
        #expect(try CBORValue(parsing: value.encoded) == value)
    }

    @Test(arguments: ["f97e00", "fa7fc00000", "fb7ff8000000000000"]) func readsWhatIsNoNumber(_ hex: String) throws {
        guard case .number(let number) = try CBORValue(parsing: CBORVector.bytes(hex)) else {
            Issue.record("not a number at all")
            return
        }
        #expect(number.isNaN)
    }

    @Test func keepsTheSignOfNothing() throws {
        let value = try CBORValue(parsing: [0xf9, 0x80, 0x00])
        #expect(value == .number(0) && CBORVector.hex(value.encoded) == "fa80000000")
    }

    /// What no document has: numbers of any length, dates as texts, tags of other kinds, simple values, keys that are
    /// numbers.
    @Test(arguments: [
        "c249010000000000000000", "c349010000000000000000", "c074323031332d30332d32315432303a30343a30305a",
        "d74401020304", "d818456449455446", "d82076687474703a2f2f7777772e6578616d706c652e636f6d", "f0", "f8ff",
        "a201020304",
    ])
    func refuses(_ hex: String) {
        #expect(throws: CBORRefusal.self) { _ = try CBORValue(parsing: CBORVector.bytes(hex)) }
    }
}
