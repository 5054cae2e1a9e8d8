internal import CYAML

/// libyaml's events of one text. The library keeps the parser's own address and the text's: both stay where they are until the end.
@safe final class YAMLEvents {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let text: UnsafeMutableBufferPointer<UInt8>

    init(_ bytes: [UInt8]) {
        unsafe parser = .allocate(capacity: 1)
        unsafe text = .allocate(capacity: max(1, bytes.count))
        _ = unsafe text.initialize(from: bytes)
        guard unsafe yaml_parser_initialize(parser) == 1 else { fatalError("out of memory for a YAML parser") }
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        unsafe yaml_parser_set_input_string(parser, text.baseAddress, bytes.count)
    }

    deinit {
        unsafe yaml_parser_delete(parser)
        unsafe parser.deallocate()
        unsafe text.deallocate()
    }

    func next() throws(YAMLRefusal) -> YAMLEvent {
        var event = unsafe yaml_event_t()
        guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw refusal }
        defer { unsafe yaml_event_delete(&event) }
        return unsafe YAMLEvent(event)
    }

    private var refusal: YAMLRefusal {
        let problem = unsafe parser.pointee.problem.map { unsafe String(cString: $0) } ?? "it cannot be read"
        // The reader, which looks at bytes before there are lines, only knows an offset.
        if unsafe parser.pointee.error == YAML_READER_ERROR {
            return YAMLRefusal(problem, at: unsafe place(ofByte: parser.pointee.problem_offset))
        }
        let context = unsafe parser.pointee.context.map { unsafe String(cString: $0) + ", " } ?? ""
        return YAMLRefusal(context + problem, at: unsafe YAMLEvent.Mark(parser.pointee.problem_mark))
    }

    private func place(ofByte offset: Int) -> YAMLEvent.Mark {
        var line = 1
        var column = 1
        for place in unsafe 0..<min(offset, text.count) {
            column += 1
            if unsafe text[place] == UInt8(ascii: "\n") {
                line += 1
                column = 1
            }
        }
        return YAMLEvent.Mark(line: line, column: column)
    }
}

extension YAMLEvent.Mark {
    init(_ mark: yaml_mark_t) { self.init(line: Int(mark.line) + 1, column: Int(mark.column) + 1) }
}

extension YAMLEvent {
    init(_ event: yaml_event_t) {
        mark = unsafe Mark(event.start_mark)
        switch unsafe event.type {
        case YAML_ALIAS_EVENT: kind = unsafe .alias(Self.text(event.data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT:
            let scalar = unsafe event.data.scalar
            let bytes = unsafe UnsafeRawBufferPointer(start: scalar.value, count: scalar.length)
            let text = unsafe String(decoding: bytes, as: UTF8.self)
            kind = unsafe .scalar(Scalar(text: text, isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE))
            anchor = unsafe Self.text(scalar.anchor)
            tag = unsafe Self.text(scalar.tag)
        case YAML_SEQUENCE_START_EVENT:
            kind = .listStart
            anchor = unsafe Self.text(event.data.sequence_start.anchor)
            tag = unsafe Self.text(event.data.sequence_start.tag)
        case YAML_MAPPING_START_EVENT:
            kind = .mapStart
            anchor = unsafe Self.text(event.data.mapping_start.anchor)
            tag = unsafe Self.text(event.data.mapping_start.tag)
        case YAML_SEQUENCE_END_EVENT: kind = .listEnd
        case YAML_MAPPING_END_EVENT: kind = .mapEnd
        case YAML_DOCUMENT_START_EVENT: kind = .documentStart
        case YAML_DOCUMENT_END_EVENT: kind = .documentEnd
        case YAML_STREAM_START_EVENT: kind = .streamStart
        default: kind = .streamEnd
        }
    }

    private static func text(_ letters: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        unsafe letters.map { unsafe String(cString: $0) }
    }
}
