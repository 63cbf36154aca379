/// A value of the configuration, with the name of its setting and its file.
struct Cursor {
    let node: Node
    /// For example `providers[0].in_flight`; empty for the root of the main file.
    let path: String
    let source: Source

    var location: Location { source.location(node.mark, of: path) }
}

extension Cursor {
    /// Notes that the value must be something else.
    func refuse(_ wanted: String, found: String? = nil) {
        let name = path.isEmpty ? "the file" : path
        source.note("\(name) is \(found ?? node.found); it must be \(wanted).", at: node.mark)
    }

    /// The value if it has this form; else nil, with the problem noted.
    func read<Value>(_ form: ValueForm<Value>) -> Value? {
        let value = form.read(node)
        if value == nil { refuse(form.wanted, found: form.show(node)) }
        return value
    }

    /// Reads a section with `read`, and refuses every key that `read` did not ask for.
    func section<Value>(_ read: (Section) -> Value?) -> Value? {
        guard case .mapping(let pairs) = node.content else {
            refuse("a section of settings")
            return nil
        }
        let section = Section(pairs, at: node.mark, path: path, source: source)
        let value = read(section)
        section.refuseUnknownKeys()
        return value
    }

    /// Reads each entry of a list with `read`; nil if it cannot read one of them.
    func list<Value>(_ read: (Cursor) -> Value?) -> [Value]? {
        guard case .sequence(let nodes) = node.content else {
            refuse("a list")
            return nil
        }
        let values = nodes.enumerated().compactMap { index, node in
            read(Cursor(node: node, path: "\(path)[\(index)]", source: source))
        }
        return values.count == nodes.count ? values : nil
    }

    /// This value, or the content of the file that it names; nil with the problem noted.
    func followed() -> Cursor? {
        guard node.text != nil else { return self }
        guard let name = read(.path) else { return nil }
        let file = source.including(name)
        do {
            return try file.root(named: path)
        } catch {
            refuse(
                "the settings themselves or a file that can be read",
                found: "\(file.path), which cannot be read: \(error.reason)")
            return nil
        }
    }
}
