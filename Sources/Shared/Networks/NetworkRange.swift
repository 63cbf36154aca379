/// A range of addresses in CIDR notation (RFC 4632): `192.0.2.0/24`, `2001:db8::/32`, or a single
/// address.
package struct NetworkRange: Hashable, Sendable {
    private let first: NetworkAddress
    /// How many of the 128 bits all addresses of the range have in common.
    private let prefix: Int

    /// How to write one, to stand after "must be".
    package static let words = "an address or a range of addresses, such as 192.0.2.0/24"

    /// Reads a range; nil if the text is none. `192.0.2.7/24` is none either: it may mean the
    /// address or the range, and its author should say which.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let start = parts.first, let address = NetworkAddress(String(start)),
            !start.contains("%")
        else { return nil }
        // `::ffff:192.0.2.0/120` counts 128 bits, `192.0.2.0/24` counts 32.
        let width = start.contains(":") ? 128 : 32
        var length = width
        if parts.count > 1 {
            guard parts.count == 2, let number = Int(parts[1]), String(number) == parts[1],
                0...width ~= number
            else { return nil }
            length = number
        }
        first = address
        prefix = 128 - width + length
        guard address.bits & Self.mask(prefix) == address.bits else { return nil }
    }

    /// Whether the address is in the range. IPv4 addresses are in no range of IPv6, not even in
    /// `::/0`.
    package func contains(_ address: NetworkAddress) -> Bool {
        address.isIPv4 == first.isIPv4 && address.bits & Self.mask(prefix) == first.bits
    }

    private static func mask(_ prefix: Int) -> UInt128 {
        prefix == 0 ? 0 : ~0 << (128 - prefix)
    }
}

extension NetworkRange: CustomStringConvertible {
    package var description: String {
        guard prefix < 128 else { return first.description }
        return "\(first)/\(first.isIPv4 ? prefix - 96 : prefix)"
    }
}
