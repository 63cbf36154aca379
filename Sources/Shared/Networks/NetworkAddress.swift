import Glibc

/// The address of a machine, IPv4 or IPv6.
///
/// A server that listens on both sees an IPv4 client as `::ffff:192.0.2.1`. That is the same
/// address as `192.0.2.1`, so that a rule for one cannot be passed by the other.
package struct NetworkAddress: Hashable, Sendable {
    /// The 128 bits of IPv6; an IPv4 address stands below `::ffff:0:0/96`.
    let bits: UInt128

    init(bits: UInt128) {
        self.bits = bits
    }

    /// Reads `192.0.2.1`, `2001:db8::1` or `fe80::1%eth0`, whose zone is left out; nil if the text
    /// is no address. A name is none.
    package init?(_ text: String) {
        let numbers = text.prefix { $0 != "%" }
        var four = in_addr()
        if inet_pton(AF_INET, String(numbers), &four) == 1 {
            guard numbers.count == text.count else { return nil }
            bits = Self.beforeIPv4 << 32 | UInt128(UInt32(bigEndian: four.s_addr))
            return
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, String(numbers), &six) == 1 else { return nil }
        bits = withUnsafeBytes(of: &six) { $0.reduce(0) { $0 << 8 | UInt128($1) } }
    }

    /// Whether it is an IPv4 address.
    package var isIPv4: Bool { bits >> 32 == Self.beforeIPv4 }

    private static let beforeIPv4: UInt128 = 0xFFFF
}

extension NetworkAddress: CustomStringConvertible {
    /// The shortest usual text of the address (RFC 5952).
    package var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let size = socklen_t(text.count)
        if isIPv4 {
            var four = in_addr(s_addr: UInt32(truncatingIfNeeded: bits).bigEndian)
            inet_ntop(AF_INET, &four, &text, size)
        } else {
            var six = in6_addr()
            let bytes = bits.bigEndian
            withUnsafeMutableBytes(of: &six) { six in
                withUnsafeBytes(of: bytes) { six.copyMemory(from: $0) }
            }
            inet_ntop(AF_INET6, &six, &text, size)
        }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
