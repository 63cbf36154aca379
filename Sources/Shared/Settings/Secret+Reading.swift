extension Secret {
    /// The form of a secret, in words that follow "it must be ".
    static let wanted = "one of {env: NAME}, {file: PATH}, {sealed: TEXT}"

    /// Reads where a provider's secret is kept.
    init?(at cursor: Cursor, of provider: String) {
        let source = cursor.secretSource(wanted: Self.wanted) { section in
            section.optional("sealed", .hiddenText).map { .sealed($0, provider: provider) }
        }
        guard let source else { return nil }
        self.init(source: source, location: cursor.location)
    }

    /// Reads where the key is kept that opens the others, and so cannot be sealed itself.
    init?(masterKeyAt cursor: Cursor) {
        let wanted = "one of {env: NAME}, {file: PATH}"
        guard let source = cursor.secretSource(wanted: wanted, orElse: { _ in nil }) else {
            return nil
        }
        self.init(source: source, location: cursor.location)
    }
}

extension Cursor {
    /// The one source that a section names, or the one that `orElse` finds in it.
    ///
    /// A key that somebody wrote here in the open is shown in no error message.
    fileprivate func secretSource(
        wanted: String, orElse: (Section) -> Secret.Source?
    ) -> Secret.Source? {
        guard case .mapping(let pairs) = node.content else {
            refuse(wanted, found: "a value that is not shown")
            return nil
        }
        guard pairs.count == 1 else {
            refuse(wanted, found: "a section of \(pairs.count) settings")
            return nil
        }
        return section { section in
            let variable = section.optional("env", .environmentName)
            let file = section.optional("file", .path).map(section.source.absolute)
            return variable.map { .environment($0) } ?? file.map { .file($0) } ?? orElse(section)
        }
    }
}

extension ValueForm<String> {
    fileprivate static var hiddenText: ValueForm {
        ValueForm(wanted: text.wanted, show: { _ in "a value that is not shown" }, read: text.read)
    }

    /// The name of a variable. A key that was put there by mistake is not shown.
    fileprivate static var environmentName: ValueForm {
        ValueForm(
            wanted: "the name of an environment variable: capital letters, digits and _",
            show: { _ in "a value that is not shown" },
            read: { node in
                guard let text = node.text, text.first?.isNumber == false else { return nil }
                let isName = text.utf8.allSatisfy {
                    0x41...0x5A ~= $0 || 0x30...0x39 ~= $0 || $0 == UInt8(ascii: "_")
                }
                return isName ? text : nil
            })
    }
}
