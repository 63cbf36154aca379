import Crypto

extension ProviderSettings {
    /// By which a provider's key is known again without being known: the first 8 bytes of a SHA-256
    /// over its name and the key, in hexadecimal. Many keys share one, so that it betrays none.
    package func digest(ofKey key: String) -> String {
        let hash = SHA256.hash(data: Array("smm-guru key of \(name): \(key)".utf8))
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: hash.prefix(8).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self)
    }
}
