import Glibc

/// The files of this package, as they are on disk beside these tests.
enum SourceTree {
    /// The package's folder.
    static let root: String = {
        // This file is Tests/TidyTests/SourceTree.swift.
        let parts = #filePath.split(separator: "/").dropLast(3)
        return "/" + parts.joined(separator: "/")
    }()

    /// Every Swift file below `Sources` and `Tests`.
    static let files: [SourceFile] = ["Sources", "Tests"].flatMap { files(below: $0) }

    private static func files(below folder: String) -> [SourceFile] {
        paths(below: folder).filter { $0.hasSuffix(".swift") }.map {
            SourceFile(path: $0, bytes: bytes(of: $0))
        }
    }

    /// Released migrations: their text, comments included, is in the ledgers of others and is never
    /// edited, so it follows the rules of its own time.
    static let frozen = ["Sources/Shared/SQLiteTables/Schema"]

    /// What people read besides the code: documents, scripts, the shipped configuration.
    static let documents: [String] =
        names(in: ".").filter { $0.hasSuffix(".md") || $0 == "Makefile" }
        + ["docs", "config", "scripts", "findings"].flatMap { paths(below: $0) }
        + [".ci/run", "spool/README.md", "Benchmarks/README.md", "Package.swift"]

    /// Every file below a folder, except hidden ones.
    static func paths(below folder: String) -> [String] {
        names(in: folder).flatMap { name in
            let path = "\(folder)/\(name)"
            return isFolder(path) ? paths(below: path) : [path]
        }
    }

    /// The names in a folder of the package; none if it does not exist.
    static func names(in folder: String) -> [String] {
        guard let stream = opendir("\(root)/\(folder)") else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat("\(root)/\(path)", &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    static func exists(_ path: String) -> Bool { access("\(root)/\(path)", F_OK) == 0 }

    static func text(of path: String) -> String {
        String(decoding: bytes(of: path), as: UTF8.self)
    }

    /// A path without `..`.
    static func resolved(_ path: String) -> String {
        var parts: [Substring] = []
        for part in path.split(separator: "/") {
            if part == "..", !parts.isEmpty { parts.removeLast() } else { parts.append(part) }
        }
        return parts.joined(separator: "/")
    }

    static func bytes(of path: String) -> [UInt8] {
        guard let stream = fopen("\(root)/\(path)", "r") else { return [] }
        defer { fclose(stream) }
        var bytes: [UInt8] = []
        var window = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&window, 1, window.count, stream), count > 0 {
            bytes += window[..<count]
        }
        return bytes
    }
}

/// A Swift file, taken apart into code, text and comments.
struct SourceFile: Sendable {
    /// Relative to the package's folder.
    let path: String
    let parts: SwiftParts
    let imports: [Import]
    /// The types it declares, nested ones too.
    let types: [DeclaredType]

    init(path: String, bytes: [UInt8]) {
        self.path = path
        parts = SwiftParts(of: bytes)
        imports = Import.all(in: parts)
        types = DeclaredType.all(in: parts)
    }

    var name: String { String(path.split(separator: "/").last ?? "") }

    /// Whether the file lies in one of these folders, or is one of these files.
    func isBelow(_ places: [String]) -> Bool {
        places.contains { path == $0 || path.hasPrefix($0 + "/") }
    }
}

extension String {
    /// What stands between two texts; empty if the first is not there.
    func part(after start: String, before end: String) -> Substring {
        guard let begin = firstRange(of: start) else { return "" }
        let rest = self[begin.upperBound...]
        return rest[..<(rest.firstRange(of: end)?.lowerBound ?? rest.endIndex)]
    }
}
