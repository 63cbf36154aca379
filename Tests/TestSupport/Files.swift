import Glibc

/// The bytes of a file; nil if it cannot be read.
package func bytes(at path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        let count = read(descriptor, &piece, piece.count)
        guard count >= 0 else { return nil }
        if count == 0 { return bytes }
        bytes += piece[..<count]
    }
}

/// A file's text; nil if it cannot be read.
package func content(at path: String) -> String? {
    bytes(at: path).map { String(decoding: $0, as: UTF8.self) }
}

/// The names in a directory, sorted; none if it is not there.
package func names(in path: String) -> [String] {
    guard let directory = opendir(path) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
            $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
}

/// Every file below a directory with its bytes, by its path from there.
package func tree(at path: String) -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for name in names(in: path) {
        let below = "\(path)/\(name)"
        if let bytes = bytes(at: below) {
            files[name] = bytes
        } else {
            for (inner, bytes) in tree(at: below) { files["\(name)/\(inner)"] = bytes }
        }
    }
    return files
}
