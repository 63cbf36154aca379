/// A request the provider has read whole.
package struct LoopbackRequest: Sendable {
    /// Its number among all requests, from 1.
    package let serial: Int
    /// Its connection's number, from 1.
    package let connection: Int
    /// Its number on its connection, from 1.
    package let number: Int
    /// Request line and headers.
    package let head: String
    package let body: [UInt8]

    /// The body as text.
    package var text: String { String(decoding: body, as: UTF8.self) }

    /// A field of a form.
    package func field(_ name: String) -> String? {
        for pair in text.split(separator: "&") where pair.hasPrefix(name + "=") {
            return Self.decoded(pair.dropFirst(name.utf8.count + 1))
        }
        return nil
    }

    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                bytes.append(UInt8(Substring(rest.prefix(2)), radix: 16)!)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
