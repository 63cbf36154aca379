extension NetworkAddress {
    /// The address whose limits a client shares: itself, or the first 64 bits of IPv6, because a
    /// client has all addresses that begin with them.
    package var neighborhood: NetworkAddress {
        isIPv4 ? self : NetworkAddress(bits: bits & ~UInt128(UInt64.max))
    }

    /// `::`, which no client has.
    package static let unknown = NetworkAddress(bits: 0)
}
