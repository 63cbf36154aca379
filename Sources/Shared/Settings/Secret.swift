import Glibc

/// A value that nobody may see. This says where it is kept, and does not hold it.
///
/// It is read only when needed, because `ingest` and `report` run without providers' keys.
struct Secret: Sendable {
    /// The longest secret in a file, in bytes.
    static let maxBytes = 4_096

    let source: Source

    /// Whether the master key must open it.
    var isSealed: Bool {
        if case .sealed = source { true } else { false }
    }
    /// The setting that names it.
    let location: Location

    enum Source: Sendable {
        case environment(String)
        /// A file, by its absolute path.
        case file(String)
        /// AES-256-GCM in base64, for this provider.
        case sealed(String, provider: String)
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    var description: String { "<secret>" }
    var debugDescription: String { description }
    var customMirror: Mirror { Mirror(self, children: []) }
}

extension Secret {
    /// Reads the secret as text.
    ///
    /// - Parameters:
    ///   - environment: gives the value of an environment variable.
    ///   - masterKey: opens a sealed secret; nil if none is configured.
    /// - Returns: the text, without the line break at its end.
    /// - Throws: `SecretError`.
    func reveal(
        environment: (String) -> String?, masterKey: MasterKey?
    ) throws(SecretError) -> String {
        var bytes = try revealedBytes(environment: environment, masterKey: masterKey)
        // Editors and `echo` end a file with a line break that does not belong to the secret.
        while let last = bytes.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") {
            bytes.removeLast()
        }
        guard !bytes.isEmpty else { throw .empty }
        guard let text = String(validating: bytes, as: UTF8.self),
            bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else { throw .notText }
        let ends = [text.unicodeScalars.first, text.unicodeScalars.last].compactMap(\.self)
        if let stranger = ends.compactMap(Self.stranger).first { throw .notAlone(stranger) }
        return text
    }

    /// The character in words if no key begins or ends with it. It was copied along with the key by
    /// accident, and a provider would refuse it without saying why.
    private static func stranger(_ scalar: Unicode.Scalar) -> String? {
        switch scalar {
        case " ": "a blank"
        case "\"", "'", "`": "a quotation mark"
        case "\u{FEFF}": "a byte order mark"
        default: scalar.isASCII ? nil : "a character outside of ASCII"
        }
    }

    /// Reads the secret as bytes: a master key may be any 32 bytes.
    func revealedBytes(
        environment: (String) -> String?, masterKey: MasterKey?
    ) throws(SecretError) -> [UInt8] {
        switch source {
        case .environment(let name):
            guard let value = environment(name) else { throw .unset(variable: name) }
            return Array(value.utf8)
        case .file(let path):
            return try Self.contents(of: path)
        case .sealed(let text, let provider):
            guard let masterKey else { throw .noMasterKey }
            return try masterKey.open(text, of: provider)
        }
    }

    /// The file's group may read it, because that is how a service's user gets a secret. Nobody
    /// else may read it, and only its owner may change it.
    private static func contents(of path: String) throws(SecretError) -> [UInt8] {
        let file: (bytes: [UInt8], permissions: mode_t)
        do {
            file = try FilePath.read(path, maxBytes: maxBytes)
        } catch {
            throw .unreadable(path: path, reason: error.reason)
        }
        guard file.permissions & 0o027 == 0 else {
            throw .exposed(path: path, permissions: UInt32(file.permissions))
        }
        return file.bytes
    }
}

/// Why a secret cannot be read.
package enum SecretError: Error, Equatable {
    case unset(variable: String)
    case unreadable(path: String, reason: String)
    case exposed(path: String, permissions: UInt32)
    case empty
    case notText
    /// There is something before or after the key.
    case notAlone(String)
    case noMasterKey
    case malformedMasterKey
    /// Not sealed with this key, not for this provider, or changed since.
    case notOpened(provider: String)
}

extension SecretError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unset(let variable):
            "the environment variable \(variable) is not set; set it where the program is started"
        case .unreadable(let path, let reason):
            "\(path) cannot be read: \(reason)"
        case .exposed(let path, let permissions):
            "others can use \(path), whose mode is 0\(String(permissions, radix: 8)); chmod 600 it"
        case .empty:
            "it is empty; put the key there"
        case .notText:
            "it is not text on one line; put the key alone there"
        case .notAlone(let stranger):
            """
            it begins or ends with \(stranger), which would be sent as a part of the key; put the \
            key alone there
            """
        case .noMasterKey:
            "it is sealed, and there is no master_key to open it; set master_key"
        case .malformedMasterKey:
            "it must be 64 hexadecimal digits, 44 characters of base64, or 32 bytes"
        case .notOpened(let provider):
            """
            the master key does not open it for the provider \(provider); seal it again for that \
            name
            """
        }
    }
}
