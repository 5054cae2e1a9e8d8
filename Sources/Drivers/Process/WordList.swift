internal import Glibc

/// Words as C wants them: a list of strings that ends with nothing.
@safe struct WordList: ~Copyable {
    let base: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let count: Int

    init(_ words: [String]) {
        count = words.count
        unsafe base = .allocate(capacity: words.count + 1)
        for place in words.indices { unsafe base[place] = strdup(words[place]) }
        unsafe base[words.count] = nil
    }

    deinit {
        for place in 0..<count { unsafe free(base[place]) }
        unsafe base.deallocate()
    }
}
