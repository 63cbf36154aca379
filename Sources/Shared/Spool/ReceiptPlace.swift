import Glibc

/// The place of a receipt in an outbox (contract.md §4).
///
/// The newest receipt for a name has the plain name, `x.receipt.json`. One that is there for other content
/// first moves to `x.<first 8 of its digest>.receipt.json`:
///
/// 1. Rename the new receipt to the plain name, where that replaces nothing: done.
/// 2. Look at what has the name. A receipt for the same content is replaced by the new one: done.
/// 3. Move a receipt for other content to its own name with the digest, where it replaces nothing but a receipt
///    for that content; any other file to `x~2.receipt.json` or the next free number. Rename the new one.
/// 4. A copy of the new receipt under its own name with the digest, left from when another had the plain name,
///    goes.
///
/// A run that dies between any two steps leaves every receipt whole under one of its names. The next run writes
/// the same receipts in the same order, and ends with the same names.
///
/// An outbox is its owner's, who may put anything under any name. So nothing is replaced that was not read and
/// found to be a receipt for that content; what is no file at all stays where it is, and the new receipt takes
/// its name with the digest.
struct ReceiptPlace {
    let stem: String
    /// Of the content that the new receipt is for, in hexadecimal.
    let digest: String

    var plain: String { "\(stem).receipt.json" }

    private func name(for digest: String) -> FileName {
        FileName("\(stem).\(digest.prefix(8)).receipt.json")
    }

    /// Moves the new receipt from `source` to its place.
    func take(
        _ new: FileName, from source: Directory, into outbox: Directory
    ) throws(SystemError) {
        let plain = FileName(plain)
        if try outbox.takeNew(new, from: source, as: plain) { return }
        switch try Occupant(of: plain, in: outbox) {
        case .receipt(digest):
            return try outbox.take(new, from: source, as: plain)
        case .receipt(let other):
            try outbox.move(plain, replacingReceiptFor: other, at: name(for: other), or: free)
        case .file: try outbox.moveAside(plain, to: free)
        case .nothing: break
        case .noFile:
            return try outbox.put(
                new, from: source, replacingReceiptFor: digest, at: name(for: digest))
        }
        guard try outbox.takeNew(new, from: source, as: plain) else {
            throw SystemError("cannot name", "\(outbox.path)/\(plain)", code: EEXIST)
        }
        if case .receipt(digest) = try Occupant(of: name(for: digest), in: outbox) {
            try outbox.remove(name(for: digest))
        }
    }

    /// A name for what is not ours.
    private func free(_ number: Int) -> FileName { FileName("\(stem)~\(number).receipt.json") }
}

/// What has a receipt's name.
private enum Occupant {
    case nothing
    /// A receipt, by the digest of what it is for.
    case receipt(String)
    /// A regular file that is no receipt, or that we may not read.
    case file
    /// A directory, a link, a pipe …
    case noFile

    init(of name: FileName, in outbox: Directory) throws(SystemError) {
        guard let status = try outbox.status(of: name) else {
            self = .nothing
            return
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            self = .noFile
            return
        }
        self = try outbox.receiptDigest(of: name).map { .receipt($0) } ?? .file
    }
}

extension Directory {
    /// The digest that a receipt says it is for; nil for what is no receipt, or may not be read.
    func receiptDigest(of name: FileName) throws(SystemError) -> String? {
        let descriptor = openat(
            self.descriptor, name.text, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            let error = SystemError("cannot open", "\(path)/\(name)")
            if error.isObstacle || [ENOENT, ENXIO].contains(error.code) { return nil }
            throw error
        }
        defer { close(descriptor) }
        var status = stat()
        try check("cannot look at", "\(path)/\(name)") { fstat(descriptor, &status) }
        guard status.st_mode & S_IFMT == S_IFREG else { return nil }
        var head = [UInt8](repeating: 0, count: Self.headOfReceipt)
        let count = try check("cannot read", "\(path)/\(name)") {
            Int32(read(descriptor, &head, head.count))
        }
        return Self.receiptDigest(in: String(decoding: head[..<Int(count)], as: UTF8.self))
    }

    /// In bytes: before the digest a receipt has its file's name, which has at most 255 bytes, each written
    /// with at most six.
    private static let headOfReceipt = 2_048

    /// A line break stands in no text of a receipt, so no file's name can pass for a digest.
    private static func receiptDigest(in head: String) -> String? {
        let lines = head.utf8.split(separator: UInt8(ascii: "\n"))
        let beginning = Array("  \"sha256\": \"".utf8)
        guard lines.first?.elementsEqual("{".utf8) == true,
            let line = lines.first(where: { $0.starts(with: beginning) })
        else { return nil }
        let digest = line.dropFirst(beginning.count).prefix(64)
        let isDigest =
            digest.count == 64
            && digest.allSatisfy { 0x30...0x39 ~= $0 || 0x61...0x66 ~= $0 }
        return isDigest ? String(decoding: digest, as: UTF8.self) : nil
    }

    /// Moves a receipt to its name with the digest; to a free one if something else has that.
    fileprivate func move(
        _ name: FileName, replacingReceiptFor digest: String, at target: FileName,
        or free: (Int) -> FileName
    ) throws(SystemError) {
        if try takeNew(name, from: self, as: target) { return }
        if try receiptDigest(of: target) == digest {
            return try take(name, from: self, as: target)
        }
        try moveAside(name, to: free)
    }

    /// Moves an entry to the first name that nothing has.
    fileprivate func moveAside(
        _ name: FileName, to free: (Int) -> FileName
    ) throws(SystemError) {
        var number = 2
        while try !takeNew(name, from: self, as: free(number)) { number += 1 }
    }

    /// Moves an entry here where nothing has its name, or a receipt for the same content.
    fileprivate func put(
        _ new: FileName, from source: Directory, replacingReceiptFor digest: String,
        at target: FileName
    ) throws(SystemError) {
        if try takeNew(new, from: source, as: target) { return }
        guard try receiptDigest(of: target) == digest else {
            throw SystemError("cannot name", "\(path)/\(target)", code: EEXIST)
        }
        try take(new, from: source, as: target)
    }
}
