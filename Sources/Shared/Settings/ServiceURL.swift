/// The URLs of services that programs talk to: `https://host[:port][/path]`.
///
/// A user or password in a URL would end up in logs, and a fragment is never sent, so a URL may
/// have neither.
enum ServiceURL {
    /// The URL with its scheme in lower case; nil for a text that is no such URL.
    static func read(_ text: String, schemes: [String]) -> String? {
        guard let scheme = schemes.first(where: { text.lowercased().hasPrefix("\($0)://") }) else {
            return nil
        }
        let url = scheme + text.dropFirst(scheme.count)
        return isValid(url, schemes: schemes) ? url : nil
    }

    private static func isValid(_ text: String, schemes: [String]) -> Bool {
        let isPrintable = text.utf8.allSatisfy { UInt8(ascii: "!")...UInt8(ascii: "~") ~= $0 }
        guard isPrintable, !text.contains("#"),
            let scheme = schemes.first(where: { text.hasPrefix("\($0)://") })
        else { return false }
        let authority = text.dropFirst(scheme.count + 3).prefix { $0 != "/" && $0 != "?" }
        return isAuthority(authority)
    }

    /// Whether `text` is a name, an IPv4 address or an IPv6 address in brackets, with or without
    /// a port.
    private static func isAuthority(_ text: Substring) -> Bool {
        let hostCharacters: (Character) -> Bool
        let host: Substring
        let rest: Substring
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            host = text[..<end].dropFirst()
            rest = text[end...].dropFirst()
            hostCharacters = { $0.isHexDigit || $0 == ":" || $0 == "." }
        } else {
            host = text.prefix { $0 != ":" }
            rest = text[host.endIndex...]
            hostCharacters = { $0.isLetter || $0.isNumber || $0 == "." || $0 == "-" || $0 == "_" }
        }
        guard !host.isEmpty, host.allSatisfy(hostCharacters) else { return false }
        guard !rest.isEmpty else { return true }
        guard let port = UInt16(rest.dropFirst()), port > 0 else { return false }
        return rest == ":\(port)"
    }
}

extension ValueForm<String> {
    /// A provider's URL; `http` is for a provider on the same machine, and must be asked for.
    static func providerURL(allowHTTP: Bool) -> ValueForm {
        url(
            schemes: allowHTTP ? ["https", "http"] : ["https"],
            wanted: """
                an https:// URL (http:// needs allow_http: true) with a host, and without user, \
                password or fragment
                """)
    }

    /// Where people and programs find us. It has no path, so that whatever is put behind it is one
    /// of ours; `http` is for trying out on this machine.
    static var publicURL: ValueForm {
        ValueForm(
            wanted: """
                an https:// URL of a host (http:// for localhost alone), without a path, and \
                without user or password
                """,
            show: showingNoUser,
            read: { node in
                let url = node.text.flatMap { ServiceURL.read($0, schemes: ["https", "http"]) }
                guard let url else { return nil }
                let origin = url.hasSuffix("/") ? String(url.dropLast()) : url
                let authority = origin.drop { $0 != ":" }.dropFirst(3)
                guard !authority.contains(where: { "/?".contains($0) }) else { return nil }
                let isOurs = ["localhost", "127.0.0.1", "[::1]"].contains {
                    authority == $0 || authority.hasPrefix("\($0):")
                }
                return origin.hasPrefix("https:") || isOurs ? origin : nil
            })
    }

    static var mailURL: ValueForm {
        url(
            schemes: ["smtp", "smtps"],
            wanted: "an smtp:// or smtps:// URL with a host, and without user or password")
    }

    private static func url(schemes: [String], wanted: String) -> ValueForm {
        ValueForm(
            wanted: wanted,
            show: showingNoUser,
            read: { node in
                node.text.flatMap { ServiceURL.read($0, schemes: schemes) }
            })
    }

    private static func showingNoUser(_ node: Node) -> String {
        node.text?.contains("@") == true ? "a value that is not shown" : node.found
    }
}
