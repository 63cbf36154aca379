import Crypto

/// A key as its holder has it: `smg_`, 32 characters at random, and a checksum of 6.
///
/// The characters are 0–9, A–Z, a–z. The checksum is the CRC-32 (ISO-HDLC, as in zip and PNG) of
/// the 32, in base 62 with leading zeros, so that a scanner for secrets knows a real key from one
/// in a manual, and a mistyped key is refused without a look-up. 62³² keys are 190 bits: too many
/// to guess, so a plain SHA-256 keeps one safe at rest.
package struct KeyText: Sendable {
    /// The whole key. A person who has it may do what the key may: show it once, log it never.
    package let text: String

    /// What every key begins with.
    package static let mark = "smg_"
    static let randomCount = 32
    private static let checkCount = 6
    private static let alphabet = Array(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    /// A new key. On Linux `SystemRandomNumberGenerator` is the kernel's getrandom(2), which is
    /// made for this.
    package static func random() -> KeyText {
        var generator = SystemRandomNumberGenerator()
        return random(using: &generator)
    }

    static func random(using generator: inout some RandomNumberGenerator) -> KeyText {
        let body = (0..<randomCount).map { _ in
            alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
        }
        return KeyText(trusted: body + checksum(of: body))
    }

    private init(trusted characters: [UInt8]) {
        text = Self.mark + String(decoding: characters, as: UTF8.self)
    }

    /// Reads a key; nil if it is not of this form or its checksum is wrong.
    package init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        let mark = Array(Self.mark.utf8)
        guard bytes.count == mark.count + Self.randomCount + Self.checkCount,
            bytes.starts(with: mark)
        else { return nil }
        let body = bytes[mark.count...].prefix(Self.randomCount)
        guard body.allSatisfy(Self.alphabet.contains),
            Array(bytes.suffix(Self.checkCount)) == Self.checksum(of: Array(body))
        else { return nil }
        self.text = String(decoding: bytes, as: UTF8.self)
    }

    /// What the database keeps: the SHA-256 in hexadecimal.
    var digest: String {
        let digits = Array("0123456789abcdef".utf8)
        let hash = SHA256.hash(data: Array(text.utf8))
        return String(
            decoding: hash.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self)
    }

    /// How people tell keys apart: the mark and 4 of the 32 characters.
    var prefix: String { String(text.prefix(Self.mark.count + 4)) }

    private static func checksum(of bytes: [UInt8]) -> [UInt8] {
        var rest = crc32(bytes)
        var characters: [UInt8] = []
        for _ in 0..<checkCount {
            characters.append(alphabet[Int(rest % UInt32(alphabet.count))])
            rest /= UInt32(alphabet.count)
        }
        return characters.reversed()
    }

    /// CRC-32/ISO-HDLC: polynomial 0x04C11DB7 reflected, begun and ended with all bits turned.
    static func crc32(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~0) { crc, byte in
            (0..<8).reduce(crc ^ UInt32(byte)) { crc, _ in
                crc >> 1 ^ (crc & 1 == 0 ? 0 : 0xEDB8_8320)
            }
        }
    }
}

extension KeyText: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// What may be in a log: never the key.
    package var description: String { "\(prefix)…" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
