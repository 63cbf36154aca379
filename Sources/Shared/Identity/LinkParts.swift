/// The parts of a link to a host, without the differences that do not count.
struct LinkParts {
    let scheme: String
    /// Host and port, with the user if there is one.
    let authority: String
    /// Without slashes at the end.
    let path: Substring
    let query: Substring
    let fragment: Substring

    /// Nil for a text without a host, such as a user name or a number.
    init?(_ text: String) {
        var rest = text[...]
        if let end = text.firstRange(of: "://"), Self.isScheme(text[..<end.lowerBound]) {
            let scheme = text[..<end.lowerBound].lowercased()
            self.scheme = scheme == "http" ? "https" : scheme
            rest = text[end.upperBound...]
        } else {
            scheme = "https"
            let isRelative = text.hasPrefix("//")
            if isRelative { rest = rest.dropFirst(2) }
            guard Self.looksLikeHost(rest.prefix(while: Self.isOfAuthority)) else { return nil }
        }
        let authority = rest.prefix(while: Self.isOfAuthority)
        guard !authority.isEmpty else { return nil }
        self.authority = Self.folded(authority)
        rest = rest[authority.endIndex...]
        let hash = rest.firstIndex(of: "#") ?? rest.endIndex
        fragment = rest[hash...].dropFirst()
        rest = rest[..<hash]
        let mark = rest.firstIndex(of: "?") ?? rest.endIndex
        query = rest[mark...].dropFirst()
        var path = rest[..<mark]
        while path.hasSuffix("/") { path = path.dropLast() }
        self.path = path
    }

    private static func isOfAuthority(_ character: Character) -> Bool {
        character != "/" && character != "?" && character != "#"
    }

    private static func isScheme(_ text: Substring) -> Bool {
        guard let first = text.utf8.first, first | 0x20 >= UInt8(ascii: "a"),
            first | 0x20 <= UInt8(ascii: "z")
        else { return false }
        return text.utf8.allSatisfy { byte in
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
                || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || byte == UInt8(ascii: "+")
                || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
        }
    }

    /// Whether a text without a scheme means a host: names between dots, the last of them no
    /// number.
    private static func looksLikeHost(_ text: Substring) -> Bool {
        var host = text
        if let colon = text.lastIndex(of: ":") {
            guard text[colon...].dropFirst().utf8.allSatisfy({ 0x30...0x39 ~= $0 }) else {
                return false
            }
            host = text[..<colon]
        }
        if host.hasSuffix(".") { host = host.dropLast() }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count > 1, let last = labels.last, last.count > 1,
            labels.allSatisfy({ !$0.isEmpty && !$0.hasPrefix("-") && $0.utf8.allSatisfy(isOfLabel) }
            )
        else { return false }
        return !last.utf8.allSatisfy { 0x30...0x39 ~= $0 }
    }

    private static func isOfLabel(_ byte: UInt8) -> Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || 0x30...0x39 ~= byte
            || byte == UInt8(ascii: "-") || byte >= 0x80
    }

    /// The host in lower case, without `www.` and the dot at its end, with the port unless it is a
    /// usual one.
    private static func folded(_ authority: Substring) -> String {
        let at = authority.lastIndex(of: "@")
        let user = at.map { authority[...$0] } ?? ""
        var host = at.map { authority[$0...].dropFirst() } ?? authority
        var port: Substring = ""
        if let colon = host.lastIndex(of: ":"),
            host[colon...].dropFirst().utf8.allSatisfy({ 0x30...0x39 ~= $0 })
        {
            port = host[colon...].dropFirst()
            host = host[..<colon]
        }
        let dotted = String(host.map { $0 == "\u{3002}" ? "." : $0 })
        var labels = Spelling(ofPayment: dotted).key
            .split(separator: ".", omittingEmptySubsequences: false).map(decoded)
        if labels.count > 1, labels.last == "" { labels.removeLast() }
        if labels.count > 2, labels.first == "www" { labels.removeFirst() }
        let isUsual = port.isEmpty || port == "443" || port == "80"
        return user + labels.joined(separator: ".") + (isUsual ? "" : ":\(port)")
    }

    /// A label of a host in its own letters, if it is written in ASCII that stands for them.
    private static func decoded(_ label: Substring) -> String {
        guard label.hasPrefix("xn--"), let text = Punycode.decode(label.dropFirst(4)) else {
            return String(label)
        }
        return Spelling(ofPayment: text).key
    }
}

extension String {
    /// Decodes the percent escapes of letters, digits and marks that need none, and of characters
    /// beyond ASCII. The other escapes stay, with capital digits.
    var decodingPercents: String {
        guard utf8.contains(UInt8(ascii: "%")) else { return self }
        let bytes = Array(utf8)
        var decoded: [UInt8] = []
        var beyond: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let byte = Self.escaped(bytes, at: index)
            if let byte, byte >= 0x80 {
                beyond.append(byte)
                index += 3
                continue
            }
            decoded += Self.readable(beyond)
            beyond = []
            guard let byte else {
                decoded.append(bytes[index])
                index += 1
                continue
            }
            if Self.isUnreserved(byte) {
                decoded.append(byte)
            } else {
                decoded += Self.escape(byte)
            }
            index += 3
        }
        return String(decoding: decoded + Self.readable(beyond), as: UTF8.self)
    }

    private static func escaped(_ bytes: [UInt8], at index: Int) -> UInt8? {
        guard bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
            let high = Unicode.Scalar(bytes[index + 1]).hexadecimal,
            let low = Unicode.Scalar(bytes[index + 2]).hexadecimal
        else { return nil }
        return high << 4 | low
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || 0x30...0x39 ~= byte
            || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
            || byte == UInt8(ascii: "~")
    }

    /// Bytes that were escaped: the bytes themselves if they are UTF-8, else escaped again.
    private static func readable(_ bytes: [UInt8]) -> [UInt8] {
        String(validating: bytes, as: UTF8.self) == nil ? bytes.flatMap(escape) : bytes
    }

    private static func escape(_ byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
}

extension Unicode.Scalar {
    /// The value of a hexadecimal digit.
    fileprivate var hexadecimal: UInt8? {
        switch self {
        case "0"..."9": UInt8(value) - UInt8(ascii: "0")
        case "a"..."f": UInt8(value) - UInt8(ascii: "a") + 10
        case "A"..."F": UInt8(value) - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
