import HTTPTypes
import Networks

extension [NetworkRange] {
    /// Where a call comes from, and whether its way was encrypted, if these ranges are the trusted
    /// proxies.
    ///
    /// Only `X-Forwarded-For` and `X-Forwarded-Proto` count, and only from a trusted proxy. Each
    /// proxy appends the address that it saw, so the list is read from its end, past our own
    /// proxies; everything before the first stranger is the stranger's word. `Forwarded` is never
    /// read: a proxy that sets only the other field passes a client's `Forwarded` on.
    func origin(
        of fields: HTTPFields, from peer: NetworkAddress, isEncrypted: Bool
    ) -> (address: NetworkAddress, isEncrypted: Bool) {
        guard trust(peer) else { return (peer, isEncrypted) }
        var address = peer
        for value in fields[values: .forwardedFor].joined(separator: ",").split(separator: ",")
            .reversed()
        {
            guard let seen = NetworkAddress(String(value.trimmingBlanks)) else { break }
            address = seen
            guard trust(seen) else { break }
        }
        let scheme = fields[values: .forwardedScheme].last?.lowercased()
        return (address, isEncrypted || scheme == "https")
    }

    func trust(_ address: NetworkAddress) -> Bool {
        contains { $0.contains(address) }
    }
}

extension HTTPField.Name {
    fileprivate static let forwardedFor = known("X-Forwarded-For")
    fileprivate static let forwardedScheme = known("X-Forwarded-Proto")

    private static func known(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) is no token") }
        return name
    }
}

extension Substring {
    fileprivate var trimmingBlanks: Substring {
        let start = drop { $0 == " " || $0 == "\t" }
        return start.prefix(
            start.count - start.reversed().prefix { $0 == " " || $0 == "\t" }.count)
    }
}
