import CYAML

extension YAMLReader {
    /// One event of libyaml, as far as a configuration needs it.
    struct Event {
        let kind: Kind
        let mark: Mark

        enum Kind: Equatable {
            case document, sequence, mapping, endOfCollection, end, other
            case scalar(String, isPlain: Bool)
        }
    }
}

extension YAMLReader.Event {
    init(_ event: yaml_event_t) throws(YAMLReader.Refusal) {
        mark = Mark(event.start_mark)
        let data = event.data
        switch event.type {
        case YAML_DOCUMENT_START_EVENT:
            kind = .document
        case YAML_SEQUENCE_START_EVENT:
            try mark.refuse(anchor: data.sequence_start.anchor, tag: data.sequence_start.tag)
            kind = .sequence
        case YAML_MAPPING_START_EVENT:
            try mark.refuse(anchor: data.mapping_start.anchor, tag: data.mapping_start.tag)
            kind = .mapping
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT:
            kind = .endOfCollection
        case YAML_SCALAR_EVENT:
            try mark.refuse(anchor: data.scalar.anchor, tag: data.scalar.tag)
            let text = UnsafeBufferPointer(start: data.scalar.value, count: data.scalar.length)
            kind = .scalar(
                String(decoding: text, as: UTF8.self),
                isPlain: data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
        case YAML_ALIAS_EVENT:
            throw YAMLReader.Refusal(mark: mark, reason: "an alias; write the value itself")
        case YAML_STREAM_END_EVENT:
            kind = .end
        default:
            kind = .other
        }
    }
}

extension Mark {
    init(_ mark: yaml_mark_t) {
        self.init(line: mark.line + 1, column: mark.column + 1)
    }

    fileprivate func refuse(
        anchor: UnsafePointer<yaml_char_t>?, tag: UnsafePointer<yaml_char_t>?
    ) throws(YAMLReader.Refusal) {
        if anchor != nil {
            throw .init(mark: self, reason: "an anchor; write the value where it is used")
        }
        if tag != nil { throw .init(mark: self, reason: "a tag; write the value alone") }
    }
}
