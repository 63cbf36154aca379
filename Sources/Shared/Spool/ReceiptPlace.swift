import Glibc

/// The place of a receipt in an outbox (contract.md §4).
///
/// The newest receipt for a name has the plain name, `x.receipt.json`. A receipt for other content
/// that has it already moves to `x.<first 8 of its digest>.receipt.json`:
///
/// 1. Rename the new receipt to the plain name, unless that would replace something. If it worked,
///    that is all.
/// 2. Look at the file that has the name. If it is a receipt for the same content, the new one
///    replaces it, and that is all.
/// 3. Move a receipt for other content to its own name with the digest; there it replaces nothing
///    but a receipt for that content. Move any other file to `x~2.receipt.json`, or to the next
///    free number. Then rename the new receipt.
/// 4. Remove a copy of the new receipt under its own name with the digest, left from the time when
///    another receipt had the plain name.
///
/// A run that dies between any two steps leaves every receipt whole under one of its names. The
/// next run writes the same receipts in the same order, and ends with the same names.
///
/// An outbox belongs to its user, who may put anything under any name. So we replace nothing that
/// we have not read and found to be a receipt for that content. A directory, a link or a pipe stays
/// where it is, and the new receipt takes its name with the digest.
struct ReceiptPlace {
    let stem: String
    /// The digest of the content that the new receipt is for, in hexadecimal.
    let digest: String

    var plain: String { OutboxName.receipt(ofFile: stem) }

    private func name(for digest: String) -> FileName {
        FileName(OutboxName.receipt(ofFile: stem, digest: digest))
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

    /// A name for a file that is not ours.
    private func free(_ number: Int) -> FileName {
        FileName(OutboxName.receipt(ofFile: stem, displaced: number))
    }
}

/// The entry that has a receipt's name.
private enum Occupant {
    case nothing
    /// A receipt for the content with this digest.
    case receipt(String)
    /// A regular file that is no receipt, or that we may not read.
    case file
    /// A directory, a link, a pipe and the like.
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
    /// The digest that a receipt names; nil for a file that is no receipt or that we may not read.
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

    /// In bytes. Before the digest a receipt has its file's name, of at most 255 bytes, and JSON
    /// writes each with at most six (`ReceiptWriter.head`).
    private static let headOfReceipt = 2_048

    /// No text in a receipt has a line break, so no file name can pass for a digest.
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

    /// Moves a receipt to its name with the digest, or to a free one if something else has that.
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

    /// Moves an entry to the first free name.
    fileprivate func moveAside(
        _ name: FileName, to free: (Int) -> FileName
    ) throws(SystemError) {
        var number = 2
        while try !takeNew(name, from: self, as: free(number)) { number += 1 }
    }

    /// Moves an entry here, where it replaces nothing but a receipt for the same content.
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

extension Spool {
    /// Moves the receipt that an archived file had, if it is still there, to quarantine: the file
    /// is replayed, and its new receipt will differ.
    package func quarantineReceipt(of file: ArchivedFile) throws(SystemError) {
        let path = outbox(of: file.dropper)
        guard access(path, F_OK) == 0 else { return }
        let outbox = try Directory(path)
        let stem = FileName(file.name).stem
        for receipt in [
            OutboxName.receipt(ofFile: stem),
            OutboxName.receipt(ofFile: stem, digest: file.digest),
        ].map({ FileName($0) })
        where try outbox.receiptDigest(of: receipt) == file.digest {
            var places = TouchedDirectories()
            let kept = KeptName.file(file.digest, FileName(file.name))
            try places.at(quarantine(of: file.dropper)).take(
                receipt, from: outbox, as: FileName(KeptName.formerReceipt(of: kept)))
            try places.sync()
        }
    }
}
