/// A section of the configuration while it is read: it remembers which settings were asked for, so
/// that the code that reads a section is also the list of what may stand in it.
///
/// A mistake is noted in the source and reading goes on. What cannot be had is nil, or the default:
/// a configuration with problems is never handed out.
final class Section {
    let source: Source
    private let mark: Mark
    private let path: String
    /// What is set here, in order.
    let pairs: [Node.Pair]
    private var known: [String] = []

    init(_ pairs: [Node.Pair], at mark: Mark, path: String, source: Source) {
        self.pairs = pairs
        self.mark = mark
        self.path = path
        self.source = source
        var names: Set<String> = []
        for pair in pairs where !names.insert(pair.name).inserted {
            source.note(
                "\(name(of: pair.name)) is set twice; it must be set once.", at: pair.mark)
        }
    }

    /// The value of a setting, if it is set.
    func cursor(_ key: String) -> Cursor? {
        known.append(key)
        guard let pair = pairs.first(where: { $0.name == key }) else { return nil }
        return Cursor(node: pair.value, path: name(of: key), source: source)
    }

    /// The full name of the setting `key`.
    private func name(of key: String) -> String {
        let isWord = key.utf8.allSatisfy { UInt8(ascii: "!")...UInt8(ascii: "~") ~= $0 }
        let word = isWord && !key.isEmpty ? key : excerpt(of: key)
        return path.isEmpty ? word : "\(path).\(word)"
    }
}

extension Section {
    /// A setting without which nothing can be run.
    func required<Value>(_ key: String, _ form: Form<Value>) -> Value? {
        required(key, wanted: form.wanted) { $0.read(form) }
    }

    /// A setting without which nothing can be run, of a form that `read` knows.
    func required<Value>(
        _ key: String, wanted: String, _ read: (Cursor) -> Value?
    ) -> Value? {
        if let cursor = cursor(key) { return read(cursor) }
        source.note("\(name(of: key)) is missing; it must be \(wanted).", at: mark)
        return nil
    }

    func optional<Value>(_ key: String, _ form: Form<Value>) -> Value? {
        cursor(key)?.read(form)
    }

    func optional<Value>(_ key: String, _ form: Form<Value>, default value: Value) -> Value {
        optional(key, form) ?? value
    }

    /// The default is text of the same form, for values that Swift has no literal for.
    func optional<Value>(_ key: String, _ form: Form<Value>, defaultText: String) -> Value {
        let node = Node(mark: mark, content: .scalar(defaultText, isPlain: true))
        guard let value = optional(key, form) ?? form.read(node) else {
            preconditionFailure("the default of \(key) is not \(form.wanted)")
        }
        return value
    }

    /// A path, absolute.
    func path(_ key: String, default path: String) -> String {
        source.absolute(optional(key, .path, default: path))
    }

    /// A section whose settings all have defaults: where it is not there, it is read as empty.
    func section<Value>(_ key: String, _ read: (Section) -> Value) -> Value {
        cursor(key)?.section(read)
            ?? read(Section([], at: mark, path: name(of: key), source: source))
    }

    func list<Value>(_ key: String, _ read: (Cursor) -> Value?) -> [Value] {
        cursor(key)?.list(read) ?? []
    }

    /// What `read` makes of a setting that is the value itself or the name of a file that holds it.
    func followed<Value>(
        _ key: String, default value: Value, _ read: (Cursor) -> Value?
    ) -> Value? {
        guard let cursor = cursor(key) else { return value }
        return cursor.followed().flatMap(read)
    }

    /// Notes every key that nobody asked for.
    func refuseUnknownKeys() {
        for pair in pairs where !known.contains(pair.name) {
            let near = known.first { editDistance($0, pair.name) <= 2 }
            let advice =
                near.map { "did you mean \($0)?" }
                ?? "it must be one of \(known.joined(separator: ", "))."
            source.note("\(name(of: pair.name)) is not a setting; \(advice)", at: pair.mark)
        }
    }
}

/// How many characters must be put in, taken out or changed to make one word of the other.
private func editDistance(_ one: String, _ other: String) -> Int {
    let other = Array(other.utf8)
    var distances = Array(0...other.count)
    for (row, letter) in one.utf8.enumerated() {
        var diagonal = row
        distances[0] = row + 1
        for (column, otherLetter) in other.enumerated() {
            let changed = diagonal + (letter == otherLetter ? 0 : 1)
            diagonal = distances[column + 1]
            distances[column + 1] = min(changed, diagonal + 1, distances[column] + 1)
        }
    }
    return distances[other.count]
}
