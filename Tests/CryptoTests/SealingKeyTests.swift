import Crypto
import Testing

/// Sealed bytes: opened by their key and context, and by nothing else.
@Suite struct SealingKeyTests {
    private let key = SealingKey.minted()

    @Test(arguments: [0, 1, 15, 16, 17, 4096]) func opensWhatItSealed(_ count: Int) {
        let plain = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        let sealed = key.seal(plain, context: "c")
        #expect(sealed.count == count + 28 && key.open(sealed, context: "c") == plain)
        #expect(key.seal(plain, context: "c") != sealed)
    }

    @Test func opensNothingElse() {
        let sealed = key.seal(Array("secret".utf8), context: "c")
        #expect(key.open(sealed, context: "d") == nil && SealingKey.minted().open(sealed, context: "c") == nil)
        for place in sealed.indices {
            var changed = sealed
            changed[place] ^= 1
            #expect(key.open(changed, context: "c") == nil)
        }
        #expect(key.open(Array(sealed.dropLast()), context: "c") == nil && key.open([], context: "c") == nil)
    }

    @Test func keysAreThirtyTwoBytes() {
        #expect(SealingKey([1, 2, 3]) == nil && SealingKey(key.bytes) != nil)
    }
}
