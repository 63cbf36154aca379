import Crypto

extension ProviderSettings {
    /// Recognizes a provider's key without revealing it: the first 8 bytes, in hexadecimal, of a
    /// SHA-256 over the provider's name and the key. Many keys share one digest, so it betrays
    /// none.
    package func digest(ofKey key: String) -> String {
        let hash = SHA256.hash(data: Array("smm-guru key of \(name): \(key)".utf8))
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: hash.prefix(8).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self)
    }
}
