/// Which links lead to the same page.
///
/// Scheme and host ignore case; `http` and a missing scheme count as `https`. We drop `www.`, a
/// default port, a slash at the end of the path, an empty fragment and tracking parameters. Path
/// and query keep their case, because ids differ by it, and parameters keep their order. The whole
/// text follows the rules of a name (`Spelling`). A handle (`@acme`) ignores case, because no
/// network has two that differ by case alone. Any other text without a host keeps its case: it may
/// be a number, or a word that only the provider knows.
package struct LinkRule: Sendable {
    private let trackers: Trackers

    /// - Parameter parameters: the names of tracking parameters, with `*` for any text.
    package init(dropping parameters: [String]) {
        trackers = Trackers(parameters)
    }

    /// The rule unless the configuration says otherwise.
    package static let standard = LinkRule(dropping: standardParameters)

    /// Parameters that apps and advertisements add to a shared link, and without which it leads to
    /// the same page.
    package static let standardParameters = [
        "utm_*", "fbclid", "gclid", "gbraid", "wbraid", "dclid", "msclkid", "yclid", "ttclid",
        "twclid",
        "igsh", "igshid", "ig_rid", "ig_mid", "si", "feature", "pp", "ref_src", "ref_url",
        "mibextid",
        "rdid", "share_url", "__tn__", "__cft__*", "mc_cid", "mc_eid", "_t", "_r", "is_from_webapp",
        "is_copy_url", "sender_device", "sender_web_id", "web_id", "share_app_id", "share_link_id",
        "share_item_id", "u_code", "tt_from",
    ]

    package func spelling(_ link: String) -> Spelling {
        var link = link
        if link.withUTF8(Self.isPlain) { return Spelling(link, key: link) }
        return Spelling(link, key: key(of: link))
    }

    package func isSame(_ one: String, _ other: String) -> Bool {
        one == other || spelling(one).key == spelling(other).key
    }

    private func key(of link: String) -> String {
        let text = Spelling(ofName: link.decodingPercents).key
        guard let parts = LinkParts(text) else {
            return text.hasPrefix("@") ? Spelling(ofPayment: text).key : text
        }
        let query = parts.query.split(separator: "&").filter {
            !trackers.contain($0.prefix { $0 != "=" })
        }
        return parts.scheme + "://" + parts.authority + parts.path
            + (query.isEmpty ? "" : "?" + query.joined(separator: "&"))
            + (parts.fragment.isEmpty ? "" : "#" + parts.fragment)
    }

    /// Whether a link is certainly its own key: `https`, a host in lower case without `www.`, a
    /// path of printable ASCII, and nothing after it.
    private static func isPlain(_ link: UnsafeBufferPointer<UInt8>) -> Bool {
        guard link.count > 12, link.starts(with: "https://".utf8), link.last != UInt8(ascii: "/"),
            !link[8...].starts(with: "www.".utf8)
        else { return false }
        let rest = link[8...]
        let host = rest.prefix { $0 != UInt8(ascii: "/") }
        guard host.last != UInt8(ascii: "."), host.allSatisfy(isPlainInHost),
            !host.starts(with: "xn--".utf8)
        else { return false }
        return rest[host.endIndex...].allSatisfy { byte in
            0x21...0x7E ~= byte && byte != UInt8(ascii: "%") && byte != UInt8(ascii: "?")
                && byte != UInt8(ascii: "#")
        }
    }

    private static func isPlainInHost(_ byte: UInt8) -> Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte
            || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
            || byte == UInt8(ascii: ".")
    }
}

/// The names of tracking parameters, some with `*` for any text. They ignore case.
private struct Trackers: Sendable {
    private let names: Set<String>
    private let patterns: [[UInt8]]

    init(_ parameters: [String]) {
        let parameters = parameters.map { $0.lowercased() }
        names = Set(parameters.filter { !$0.contains("*") })
        patterns = parameters.filter { $0.contains("*") }.map { Array($0.utf8) }
    }

    func contain(_ name: Substring) -> Bool {
        let name = name.lowercased()
        return names.contains(name)
            || patterns.contains { Self.matches($0[...], Array(name.utf8)[...]) }
    }

    private static func matches(_ pattern: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
        guard let first = pattern.first else { return name.isEmpty }
        if first == UInt8(ascii: "*") {
            return matches(pattern.dropFirst(), name)
                || (!name.isEmpty && matches(pattern, name.dropFirst()))
        }
        return name.first == first && matches(pattern.dropFirst(), name.dropFirst())
    }
}
