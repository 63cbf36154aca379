import Networks

extension ValueForm<ListenAddress> {
    static var listenAddress: ValueForm {
        ValueForm(
            wanted: """
                a host and a port, such as 127.0.0.1:8080 or "[::1]:8080"; port 0 is any free one
                """
        ) { node in
            guard let text = node.text, let colon = text.lastIndex(of: ":"),
                let port = UInt16(text[text.index(after: colon)...]),
                text.hasSuffix(":\(port)")
            else { return nil }
            let host = text[..<colon]
            if host.hasPrefix("["), host.hasSuffix("]") {
                let inner = String(host.dropFirst().dropLast())
                guard inner.contains(":"), NetworkAddress(inner) != nil else { return nil }
                return ListenAddress(host: inner, port: Int(port))
            }
            let isName = host.utf8.allSatisfy {
                0x61...0x7A ~= $0 || 0x41...0x5A ~= $0 || 0x30...0x39 ~= $0
                    || "-.".utf8.contains($0)
            }
            guard isName, !host.isEmpty else { return nil }
            return ListenAddress(host: String(host), port: Int(port))
        }
    }
}

extension ValueForm<NetworkRange> {
    static var networkRange: ValueForm {
        ValueForm(wanted: NetworkRange.words) { node in
            node.text.flatMap { NetworkRange($0) }
        }
    }
}
