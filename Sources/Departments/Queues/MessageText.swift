internal import Core
internal import Crypto

/// The text of a message.
enum MessageText {
    /// > #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF
    /// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>
    static func check(_ text: String) throws(ServiceProblem) {
        guard let bad = text.unicodeScalars.first(where: { !isAllowed($0.value) }) else { return }
        throw ServiceProblem(
            "InvalidMessageContents",
            "Invalid characters found: #x\(String(bad.value, radix: 16, uppercase: true)) may not be in a message.")
    }

    private static func isAllowed(_ letter: UInt32) -> Bool {
        switch letter {
        case 0x9, 0xA, 0xD, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }

    static func digest(_ text: String) -> String { Hexadecimal.text(MD5.digest(of: Array(text.utf8))) }
}
