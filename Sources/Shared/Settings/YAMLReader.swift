import CYAML

/// Reads one YAML document into nodes, with libyaml's parser.
///
/// It refuses what a configuration does not need and what can mean something else than it seems:
/// anchors and aliases, tags, a second document, keys that are lists.
struct YAMLReader: ~Copyable {
    /// How deep lists and sections may be nested.
    static let maxDepth = 16

    /// Why a text is no configuration, and where.
    struct Refusal: Error {
        let mark: Mark
        let reason: String
    }

    // On the heap, because libyaml's parser contains its own address.
    private let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    private let bytes: [UInt8]

    /// The root of the document, or nil if there is none.
    static func root(of bytes: [UInt8]) throws(Refusal) -> Node? {
        try bytes.withUnsafeBufferPointer { input throws(Refusal) in
            // The parser reads from `input`, and this scope ends after the parser does.
            let reader = YAMLReader(bytes)
            yaml_parser_set_input_string(reader.parser, input.baseAddress, input.count)
            return try reader.stream()
        }
    }

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
        yaml_parser_initialize(parser)
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    private func stream() throws(Refusal) -> Node? {
        var root: Node?
        while true {
            let event = try next()
            switch event.kind {
            case .end: return root
            case .document where root != nil:
                throw Refusal(mark: event.mark, reason: "a second document begins here")
            case .document: root = try node(from: next(), depth: 1)
            default: continue
            }
        }
    }

    /// The node that begins with `event`.
    private func node(from event: Event, depth: Int) throws(Refusal) -> Node {
        let isCollection = event.kind == .sequence || event.kind == .mapping
        guard !isCollection || depth <= Self.maxDepth else {
            throw Refusal(
                mark: event.mark,
                reason: "lists and sections nested more than \(Self.maxDepth) deep")
        }
        switch event.kind {
        case .scalar(let text, let isPlain):
            return Node(mark: event.mark, content: .scalar(text, isPlain: isPlain))
        case .sequence:
            var nodes: [Node] = []
            while case let event = try next(), event.kind != .endOfCollection {
                nodes.append(try node(from: event, depth: depth + 1))
            }
            return Node(mark: event.mark, content: .sequence(nodes))
        case .mapping:
            var pairs: [Node.Pair] = []
            while case let event = try next(), event.kind != .endOfCollection {
                guard case .scalar(let name, _) = event.kind else {
                    throw Refusal(mark: event.mark, reason: "a key that is not a single word")
                }
                let value = try node(from: next(), depth: depth + 1)
                pairs.append(.init(name: name, mark: event.mark, value: value))
            }
            return Node(mark: event.mark, content: .mapping(pairs))
        case .document, .endOfCollection, .end, .other:
            preconditionFailure("libyaml gave \(event.kind) where its grammar has a value")
        }
    }
}

extension YAMLReader {
    /// The next event. An alias, an anchor or a tag is refused.
    private func next() throws(Refusal) -> Event {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw syntaxError() }
        defer { yaml_event_delete(&event) }
        return try Event(event)
    }

    /// Why libyaml could not read the text.
    private func syntaxError() -> Refusal {
        let reason =
            parser.pointee.problem.map { YAMLWords.reason(for: String(cString: $0)) }
            ?? "no memory is left"
        guard parser.pointee.error == YAML_READER_ERROR else {
            return Refusal(mark: Mark(parser.pointee.problem_mark), reason: reason)
        }
        // For a byte that is not valid text, libyaml gives only its offset.
        let before = bytes.prefix(parser.pointee.problem_offset)
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let line = before.count(where: { $0 == UInt8(ascii: "\n") }) + 1
        let column = String(decoding: before[lineStart...], as: UTF8.self).unicodeScalars.count + 1
        return Refusal(
            mark: Mark(line: line, column: column), reason: reason)
    }
}
