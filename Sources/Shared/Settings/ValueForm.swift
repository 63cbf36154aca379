import Money

/// The form of a setting's value: how to read it, and how to describe it to the person who wrote
/// it.
struct ValueForm<Value> {
    /// The form in words that follow "it must be ".
    let wanted: String
    /// The value found, in words that follow "is ". A form for secrets shows nothing.
    var show: (Node) -> String = { $0.found }
    /// The value, or nil if the node is not of this form.
    let read: (Node) -> Value?
}

extension ValueForm<Int> {
    static func integer(_ range: ClosedRange<Int>) -> ValueForm {
        ValueForm(wanted: "a whole number from \(range.lowerBound) to \(range.upperBound)") {
            node in
            // Some readers of YAML take `010` for eight and `1_0` for ten.
            guard let text = node.plainText, let number = Int(text), String(number) == text,
                range.contains(number)
            else { return nil }
            return number
        }
    }
}

extension ValueForm<Bool> {
    static var truth: ValueForm {
        ValueForm(wanted: "true or false") { ["true": true, "false": false][$0.plainText] }
    }
}

extension ValueForm<String> {
    static var text: ValueForm {
        ValueForm(wanted: "a text on one line") { node in
            node.text.flatMap { $0.isEmpty || $0.contains(where: \.isControl) ? nil : $0 }
        }
    }

    /// A path. A shell would expand `~` and `$HOME`; here they would be the names of directories.
    static var path: ValueForm {
        ValueForm(
            wanted: "a path on one line, written out (/home/…): ~ and $HOME are not expanded"
        ) { node in
            text.read(node).flatMap { $0.hasPrefix("~") || $0.contains("$") ? nil : $0 }
        }
    }

    /// A provider's name (contract.md §2).
    static var providerName: ValueForm {
        ValueForm(wanted: "a name of 1 to 32 characters a-z, 0-9 and -") { node in
            guard let text = node.text, 1...32 ~= text.utf8.count else { return nil }
            let isName = text.utf8.allSatisfy {
                0x61...0x7A ~= $0 || 0x30...0x39 ~= $0 || $0 == UInt8(ascii: "-")
            }
            return isName ? text : nil
        }
    }

    static func provider(among names: [String]) -> ValueForm {
        let list = names.isEmpty ? "there is none" : names.joined(separator: ", ")
        return ValueForm(wanted: "the name of a configured provider: \(list)") { node in
            node.text.flatMap { names.contains($0) ? $0 : nil }
        }
    }

    static var mailAddress: ValueForm {
        ValueForm(wanted: "a mail address such as panel@example.com") { node in
            guard let text = text.read(node), !text.contains(where: \.isWhitespace) else {
                return nil
            }
            let parts = text.split(separator: "@", omittingEmptySubsequences: false)
            return parts.count == 2 && !parts.contains("") ? text : nil
        }
    }
}

extension ValueForm<String> {
    /// A parameter of a link's query, by its name.
    static var queryParameter: ValueForm {
        ValueForm(
            wanted: "the name of a link's parameter, such as igsh, or utm_* for all that begin so"
        ) {
            node in
            guard let text = node.text, 1...64 ~= text.utf8.count else { return nil }
            let isName = text.utf8.allSatisfy {
                UInt8(ascii: "!")...UInt8(ascii: "~") ~= $0 && !"&=?#%/".utf8.contains($0)
            }
            // A lone `*` would drop every parameter and make different pages the same.
            return isName && !text.utf8.allSatisfy { $0 == UInt8(ascii: "*") } ? text : nil
        }
    }
}

extension ValueForm where Value: CaseIterable & RawRepresentable<String> {
    /// One of the words of an enumeration.
    static var word: ValueForm {
        ValueForm(wanted: "one of \(Value.allCases.map(\.rawValue).joined(separator: ", "))") {
            $0.text.flatMap(Value.init)
        }
    }
}

extension ValueForm<Glob> {
    static var glob: ValueForm {
        ValueForm(wanted: "a pattern in which * stands for any text and ? for one character") {
            ValueForm<String>.text.read($0).map(Glob.init)
        }
    }
}

extension ValueForm<Amount> {
    static var amount: ValueForm {
        ValueForm(wanted: #"an amount such as "12.50", zero or more, with at most 6 decimals"#) {
            node in
            guard let text = node.text, let amount = try? Amount(parsing: text) else { return nil }
            return amount < .zero ? nil : amount
        }
    }
}

extension ValueForm<Rate> {
    static var rate: ValueForm {
        ValueForm(wanted: #"a price such as "1.20", zero or more, with at most 6 decimals"#) {
            node in
            node.text.flatMap { try? Rate(parsing: $0) }
        }
    }
}

extension ValueForm<Percent> {
    static var percent: ValueForm {
        ValueForm(wanted: #"a percentage such as "12.5", zero or more, with at most 6 decimals"#) {
            node in
            node.text.flatMap { try? Percent(parsing: $0) }
        }
    }
}

extension ValueForm<ExchangeRate> {
    static var exchangeRate: ValueForm {
        ValueForm(wanted: #"a rate such as "1.08", more than zero, with at most 12 decimals"#) {
            node in
            node.text.flatMap { try? ExchangeRate(parsing: $0) }
        }
    }
}

extension ValueForm<Currency> {
    static var currency: ValueForm {
        ValueForm(wanted: "a currency code of three to five capital letters, such as USD") { node in
            node.text.flatMap { try? Currency(parsing: $0) }
        }
    }

    /// A currency that amounts can be converted from.
    static func currency(among priced: [Currency]) -> ValueForm {
        let codes = priced.map(\.code).joined(separator: ", ")
        return ValueForm(wanted: "the house currency or one with an exchange rate: \(codes)") {
            node in
            currency.read(node).flatMap { priced.contains($0) ? $0 : nil }
        }
    }
}

extension Character {
    /// Whether the character could break out of a line, a header or a path.
    fileprivate var isControl: Bool {
        unicodeScalars.contains { $0.properties.generalCategory == .control }
    }
}
