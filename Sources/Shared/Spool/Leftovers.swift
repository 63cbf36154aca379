import Glibc

extension Spool {
    /// The copies that a run that died left in `work`, by digest. Their names are not known. If an
    /// inbox still has the same bytes, that file is taken first.
    package func leftovers(of dropper: Dropper) throws(SystemError) -> [CopiedFile] {
        let path = work(of: dropper)
        guard access(path, F_OK) == 0 else { return [] }
        let directory = try Directory(path)
        var files: [CopiedFile] = []
        // An entry of an inbox that could not be put back is not a copy, and nor is a collection.
        for name in try directory.names(where: { !$0.isForUs && !$0.isCollected }).sorted() {
            guard let status = try directory.status(of: name) else { continue }
            files.append(
                CopiedFile(
                    dropper: dropper, name: FileName("\(name).json"), digest: "\(name)",
                    bytes: Int64(status.st_size), path: "\(path)/\(name)", content: nil,
                    origin: .orphan))
        }
        return files
    }

    /// The files that a run that died had collected from doors, under their names. Their bytes are
    /// hashed again: only they say for certain what a file is.
    package func collected(of dropper: Dropper) throws(SystemError) -> [CopiedFile] {
        let path = work(of: dropper)
        guard access(path, F_OK) == 0 else { return [] }
        let directory = try Directory(path)
        var hashing = Hashing()
        var files: [CopiedFile] = []
        for kept in try directory.names(where: \.isCollected).sorted() {
            guard let (_, name) = KeptName.collectedParts(of: kept),
                case .file(let file) = try WholeFile.open(kept, in: directory)
            else { continue }
            let digest = try hashing.digest(of: file)
            files.append(
                CopiedFile(
                    dropper: dropper,
                    name: FileName(FileName(name).isForUs ? name : "\(digest).json"),
                    digest: digest, bytes: file.identity.bytes, path: "\(path)/\(kept)",
                    content: nil, origin: .door(kept: kept)))
        }
        return files
    }

    /// The copy of a file to be taken again, under the name that it had; nil if it is not there.
    package func leftover(
        of dropper: Dropper, digest: String, name: String
    ) throws(SystemError) -> CopiedFile? {
        let path = work(of: dropper)
        guard access(path, F_OK) == 0 else { return nil }
        guard let status = try Directory(path).status(of: FileName(digest)) else {
            return try collected(of: dropper).first { $0.digest == digest }
        }
        return CopiedFile(
            dropper: dropper, name: FileName(name), digest: digest, bytes: Int64(status.st_size),
            path: "\(path)/\(digest)", content: nil, origin: .orphan)
    }

    /// The owners of the files that a run that died left in `work`.
    package func droppersWithLeftovers() throws(SystemError) -> [Dropper] {
        try Directory("\(root)/work").names().map(\.description).sorted()
            .map(Dropper.init(named:))
    }
}

extension FileName {
    fileprivate var isCollected: Bool { KeptName.collectedParts(of: self) != nil }
}
