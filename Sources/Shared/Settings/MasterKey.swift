import Crypto
import FoundationEssentials

/// The key that seals providers' keys, so that the configuration can lie where other people read
/// it.
///
/// A sealed value is base64 of nonce ‖ ciphertext ‖ tag of AES-256-GCM, with the provider's name as
/// authenticated data. So a value copied to another provider does not open.
package struct MasterKey: Sendable {
    private let key: SymmetricKey

    /// Reads a key of 32 bytes: as 64 hexadecimal digits, as base64, or as the bytes themselves.
    package init(_ bytes: [UInt8]) throws(SecretError) {
        let written = String(decoding: bytes, as: UTF8.self).filter { !$0.isNewline }
        if bytes.count == 32 {
            key = SymmetricKey(data: bytes)
        } else if let decoded = Self.hexadecimal(written)
            ?? Data(base64Encoded: written).map(Array.init),
            decoded.count == 32
        {
            key = SymmetricKey(data: decoded)
        } else {
            throw .malformedMasterKey
        }
    }

    private static func hexadecimal(_ text: String) -> [UInt8]? {
        let digits = text.compactMap(\.hexDigitValue)
        guard digits.count == 64, text.utf8.count == 64 else { return nil }
        return stride(from: 0, to: 64, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    /// The sealed form of a provider's key, for `api_key: {sealed: …}`.
    package func seal(_ secret: String, of provider: String) -> String {
        let box = try? AES.GCM.seal(
            Array(secret.utf8), using: key, authenticating: Array(provider.utf8))
        guard let sealed = box?.combined else {
            preconditionFailure("AES-GCM seals any text with a key of 32 bytes")
        }
        return sealed.base64EncodedString()
    }

    func open(_ sealed: String, of provider: String) throws(SecretError) -> [UInt8] {
        guard let combined = Data(base64Encoded: sealed),
            let box = try? AES.GCM.SealedBox(combined: combined),
            let opened = try? AES.GCM.open(box, using: key, authenticating: Array(provider.utf8))
        else { throw .notOpened(provider: provider) }
        return Array(opened)
    }
}
