extension Secret {
    /// What is wanted where a secret is.
    static let wanted = "one of {env: NAME}, {file: PATH}, {sealed: TEXT}"

    /// The secret of a provider.
    init?(at cursor: Cursor, of provider: String) {
        let source = cursor.secretSource(wanted: Self.wanted) { section in
            section.optional("sealed", .hiddenText).map { .sealed($0, provider: provider) }
        }
        guard let source else { return nil }
        self.init(source: source, location: cursor.location)
    }

    /// The key that opens the others, which itself cannot be sealed.
    init?(masterKeyAt cursor: Cursor) {
        let wanted = "one of {env: NAME}, {file: PATH}"
        guard let source = cursor.secretSource(wanted: wanted, orElse: { _ in nil }) else {
            return nil
        }
        self.init(source: source, location: cursor.location)
    }
}

extension Cursor {
    /// The one place that a section names, or what `orElse` finds in it.
    ///
    /// Whoever wrote a key in the open finds it in no error message.
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

extension Form<String> {
    fileprivate static var hiddenText: Form {
        Form(wanted: text.wanted, show: { _ in "a value that is not shown" }, read: text.read)
    }

    /// A variable's name. A key that was put there by mistake is not shown.
    fileprivate static var environmentName: Form {
        Form(
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
