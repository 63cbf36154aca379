/// One file of the configuration while it is read, with what was found wrong in it and in the files
/// it names.
final class Source {
    /// The longest file, in bytes.
    static let maxBytes = 1 << 18

    /// The path for people, as given or as named by another file.
    let path: String
    /// Tells one content of the file from another (FNV-1a).
    private var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    private var own: [(mark: Mark, problem: SettingsError.Problem)] = []
    private var included: [Source] = []

    init(path: String) {
        self.path = path
    }

    /// The problems of this file by place, then those of the files it names.
    var problems: [SettingsError.Problem] {
        own.sorted { $0.mark < $1.mark }.map(\.problem) + included.flatMap(\.problems)
    }

    /// The same while this file and those it names say the same.
    var edition: String {
        ([String(hash, radix: 16)] + included.map(\.edition)).joined(separator: ".")
    }

    /// The value the file holds, or nil with the problem noted.
    func root(named setting: String) throws(FilePath.Unreadable) -> Cursor? {
        var bytes = try FilePath.read(path, maxBytes: Self.maxBytes).bytes
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        // Editors on Windows put a byte order mark before UTF-8; it says nothing.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            note("the file is UTF-16; save it as UTF-8.", at: .start)
            return nil
        }
        do {
            if let node = try YAMLReader.root(of: bytes) {
                return Cursor(node: node, path: setting, source: self)
            }
            note("the file is empty; it must hold settings.", at: .start)
        } catch {
            note("this cannot be read: \(error.reason).", at: error.mark)
        }
        return nil
    }

    /// The file that this one names `name`; its problems are told after this one's.
    func including(_ name: String) -> Source {
        let source = Source(path: FilePath.resolve(name, in: FilePath.folder(of: path)))
        included.append(source)
        return source
    }

    /// The absolute path of what this file names `path`.
    func absolute(_ path: String) -> String {
        let folder = FilePath.resolve(FilePath.folder(of: self.path), in: FilePath.current)
        return FilePath.resolve(path, in: folder)
    }

    func note(_ text: String, at mark: Mark, setting: String = "") {
        own.append((mark, .init(location: location(mark, of: setting), text: text)))
    }

    func location(_ mark: Mark, of setting: String) -> Location {
        Location(file: path, line: mark.line, column: mark.column, setting: setting)
    }
}
