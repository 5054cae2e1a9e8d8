import Core
import Crypto
import Testing

@Suite struct MD5Tests {
    @Test(arguments: ChecksumVector.all) func agreesWithOthers(_ vector: ChecksumVector) {
        #expect(Hexadecimal.text(MD5.digest(of: vector.bytes)) == vector.md5)
    }

    @Test func takesPiecesOfAnySize() {
        let bytes = Array("message digest".utf8)
        for split in 0...bytes.count {
            var digest = MD5()
            digest.update(Array(bytes[..<split]))
            digest.update(Array(bytes[split...]))
            // RFC 1321, A.5.
            #expect(Hexadecimal.text(digest.finish()) == "f96b697d7cb7938d525a2f31aaf161d0")
        }
    }
}

@Suite struct HMACSHA1Tests {
    /// RFC 2202, cases 2 and 1, and nothing at all.
    @Test(arguments: [
        ("what do ya want for nothing?", "Jefe", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
        ("Hi There", String(repeating: "\u{0b}", count: 20), "b617318655057264e28bc0b6fb378c8ef146be00"),
        ("", "", "fbdb1d1b18aa6c08324b7d64b71fb76370690e1d"),
    ])
    func agreesWithTheStandard(_ testCase: (text: String, key: String, code: String)) {
        let code = HMACSHA1.code(testCase.text, key: testCase.key)
        #expect(Hexadecimal.text(code) == testCase.code && code.count == HMACSHA1.byteCount)
    }
}
