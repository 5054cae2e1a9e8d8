package import Core

/// Writes XML into a buffer as it is said. Names are written as they are, texts and values so that they come back as they were.
package struct XMLWriter {
    /// Where it goes; more may follow by other hands.
    package let buffer: ByteBuffer

    /// Begins with the declaration that documents have.
    package init(_ buffer: ByteBuffer = ByteBuffer()) {
        self.buffer = buffer
        buffer.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" as StaticString)
    }

    /// What was written so far.
    package var bytes: [UInt8] { unsafe Array(buffer.bytes) }

    /// The beginning of an element.
    package mutating func open(_ name: String, _ attributes: [(String, String)] = []) {
        guard !attributes.isEmpty else { return wrap("<", name, ">") }
        wrap("<", name, "")
        for (key, value) in attributes {
            wrap(" ", key, "=\"")
            escape(value, isValue: true)
            buffer.append(UInt8(ascii: "\""))
        }
        buffer.append(UInt8(ascii: ">"))
    }

    /// The end of an element.
    package mutating func close(_ name: String) { wrap("</", name, ">") }

    /// In one step: most of a document is tags.
    private func wrap(_ before: StaticString, _ name: String, _ after: StaticString) {
        var name = name
        name.withUTF8 { letters in
            let head = before.utf8CodeUnitCount
            let tail = after.utf8CodeUnitCount
            let target = unsafe buffer.reserve(head + letters.count + tail)
            unsafe target.copyMemory(from: before.utf8Start, byteCount: head)
            if let start = letters.baseAddress {
                unsafe (target + head).copyMemory(from: start, byteCount: letters.count)
            }
            unsafe (target + head + letters.count).copyMemory(from: after.utf8Start, byteCount: tail)
            buffer.commit(head + letters.count + tail)
        }
    }

    /// A whole element that holds only text.
    package mutating func element(_ name: String, _ words: String, _ attributes: [(String, String)] = []) {
        open(name, attributes)
        text(words)
        close(name)
    }

    /// Text inside the open element.
    package mutating func text(_ words: String) { escape(words, isValue: false) }

    /// What is XML already.
    package mutating func raw(_ xml: String) { buffer.append(xml) }

    /// Copies whole runs: most texts have nothing to escape.
    private func escape(_ words: String, isValue: Bool) {
        var words = words
        words.withUTF8 { letters in
            let letters = UnsafeRawBufferPointer(letters)
            var plainFrom = 0
            for place in letters.indices {
                let isPlain = unsafe XMLEscape.isPlain(letters[place])
                guard !isPlain, let escape = unsafe XMLEscape(of: letters, at: place, isValue: isValue) else {
                    continue
                }
                unsafe buffer.append(UnsafeRawBufferPointer(rebasing: letters[plainFrom..<place]))
                buffer.append(escape.substitute)
                plainFrom = place + escape.length
            }
            unsafe buffer.append(UnsafeRawBufferPointer(rebasing: letters[plainFrom...]))
        }
    }
}
