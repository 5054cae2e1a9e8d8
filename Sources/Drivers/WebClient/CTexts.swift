internal import Glibc

/// Texts as C wants them, kept for as long as this lives.
@safe final class CTexts {
    private var kept: [UnsafeMutablePointer<CChar>] = unsafe []

    deinit { for place in unsafe kept.indices { unsafe free(kept[place]) } }

    func keep(_ text: String?) -> UnsafePointer<CChar>? {
        guard let text else { return nil }
        guard let copy = unsafe strdup(text) else { fatalError("out of memory for a text") }
        unsafe kept.append(copy)
        return unsafe UnsafePointer(copy)
    }
}
