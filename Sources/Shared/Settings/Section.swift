/// A section of the configuration while it is read. It remembers which settings were asked for, so
/// that the code that reads a section is also the list of settings allowed in it.
///
/// It notes a mistake in the source and goes on. A wrong value becomes nil or the default, which
/// does no harm: a configuration with problems is never handed out.
final class Section {
    let source: Source
    private let mark: Mark
    private let path: String
    /// The settings as written, in order.
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
    /// A setting that must be set.
    func required<Value>(_ key: String, _ form: ValueForm<Value>) -> Value? {
        required(key, wanted: form.wanted) { $0.read(form) }
    }

    /// A setting that must be set, and whose form only `read` knows.
    func required<Value>(
        _ key: String, wanted: String, _ read: (Cursor) -> Value?
    ) -> Value? {
        if let cursor = cursor(key) { return read(cursor) }
        source.note("\(name(of: key)) is missing; it must be \(wanted).", at: mark)
        return nil
    }

    func optional<Value>(_ key: String, _ form: ValueForm<Value>) -> Value? {
        cursor(key)?.read(form)
    }

    func optional<Value>(_ key: String, _ form: ValueForm<Value>, default value: Value) -> Value {
        optional(key, form) ?? value
    }

    /// A setting whose default is given as text, for types without a literal in Swift.
    func optional<Value>(_ key: String, _ form: ValueForm<Value>, defaultText: String) -> Value {
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

    /// A section whose settings all have defaults; if it is missing, it is read as empty.
    func section<Value>(_ key: String, _ read: (Section) -> Value) -> Value {
        cursor(key)?.section(read)
            ?? read(Section([], at: mark, path: name(of: key), source: source))
    }

    func list<Value>(_ key: String, _ read: (Cursor) -> Value?) -> [Value] {
        cursor(key)?.list(read) ?? []
    }

    /// Reads a setting that is either the value itself or the name of a file that holds it.
    func followed<Value>(
        _ key: String, default value: Value, _ read: (Cursor) -> Value?
    ) -> Value? {
        guard let cursor = cursor(key) else { return value }
        return cursor.followed().flatMap(read)
    }

    /// Notes every key that was not asked for.
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

/// How many characters to insert, remove or change to turn one word into the other.
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
