import Crypto
import Glibc

/// A file whose bytes are still coming: it lies in `tmp`, and is removed unless it is finished.
package final class ArrivingFile {
    private let temporary: Directory
    private let name: FileName
    private let content: OpenContent
    private var hash = SHA256()
    private var longHash: SHA512?
    private var isFinished = false
    /// How many bytes came so far.
    package private(set) var bytes: Int64 = 0
    /// The first byte that is no blank; nil if there was none yet.
    package private(set) var firstByte: UInt8?

    init(
        _ name: FileName, in temporary: Directory, withSHA512: Bool
    ) throws(SystemError) {
        self.name = name
        longHash = withSHA512 ? SHA512() : nil
        self.temporary = temporary
        content = try OpenContent(name, in: temporary)
    }

    deinit {
        // What cannot be removed goes when the program starts again.
        if !isFinished { try? temporary.remove(name) }
    }

    /// Appends bytes.
    ///
    /// - Throws: `SystemError`.
    package func write(_ piece: UnsafeRawBufferPointer) throws(SystemError) {
        hash.update(bufferPointer: piece)
        longHash?.update(bufferPointer: piece)
        if firstByte == nil { firstByte = piece.first { !Self.blanks.contains($0) } }
        try writeAll(piece, to: content.descriptor, "\(temporary.path)/\(name)")
        bytes += Int64(piece.count)
    }

    /// Appends bytes.
    ///
    /// - Throws: `SystemError`.
    package func write(_ piece: [UInt8]) throws(SystemError) {
        // The closure's errors have no type.
        let result = piece.withUnsafeBytes { bytes in
            Result { () throws(SystemError) in try write(bytes) }
        }
        try result.get()
    }

    /// Ends it: from now on it is kept until it is dropped or discarded.
    package func finish() -> StagedFile {
        isFinished = true
        return StagedFile(
            name: name, path: "\(temporary.path)/\(name)", content: content,
            digest: hash.finalize().hexadecimal, sha512: longHash.map { Array($0.finalize()) },
            bytes: bytes)
    }

    /// What JSON allows before a value.
    private static let blanks: [UInt8] = [0x20, 0x09, 0x0A, 0x0D]
}

/// A file in `tmp` with all its bytes. It is not synced yet.
package struct StagedFile: Sendable {
    let name: FileName
    let path: String
    let content: OpenContent
    /// The SHA-256, in hexadecimal.
    package let digest: String
    /// Nil if it was not asked for.
    package let sha512: [UInt8]?
    package let bytes: Int64
}

/// The open descriptor of a new file.
final class OpenContent: Sendable {
    let descriptor: Int32

    init(_ name: FileName, in directory: Directory) throws(SystemError) {
        descriptor = try check("cannot make", "\(directory.path)/\(name)") {
            openat(
                directory.descriptor, name.text,
                O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        }
    }

    deinit {
        close(descriptor)
    }
}

extension Directory {
    /// The SHA-256 of a regular file, in hexadecimal; nil if there is none of that name.
    func digest(of name: FileName) throws(SystemError) -> String? {
        guard case .file(let file) = try WholeFile.open(name, in: self) else { return nil }
        var hashing = Hashing()
        return try hashing.digest(of: file)
    }
}
