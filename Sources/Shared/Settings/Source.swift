/// One file of the configuration while it is read, with the mistakes found in it and in the files
/// it names.
final class Source {
    /// The largest size of a file, in bytes.
    static let maxBytes = 1 << 18

    /// The path for messages, as given or as another file names it.
    let path: String
    /// A hash of the file's content (FNV-1a).
    private var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    private var own: [(mark: Mark, problem: SettingsError.Problem)] = []
    private var included: [Source] = []

    init(path: String) {
        self.path = path
    }

    /// The problems of this file in the order of their places, then those of the files it names.
    var problems: [SettingsError.Problem] {
        own.sorted { $0.mark < $1.mark }.map(\.problem) + included.flatMap(\.problems)
    }

    /// Stays the same while this file and the files it names do.
    var edition: String {
        ([String(hash, radix: 16)] + included.map(\.edition)).joined(separator: ".")
    }

    /// The content of the file as a value; nil with the problem noted.
    func root(named setting: String) throws(FilePath.Unreadable) -> Cursor? {
        var bytes = try FilePath.read(path, maxBytes: Self.maxBytes).bytes
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        // Editors on Windows write a byte order mark before UTF-8.
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

    /// The file that this one calls `name`. Its problems follow this one's.
    func including(_ name: String) -> Source {
        let source = Source(path: FilePath.resolve(name, in: FilePath.folder(of: path)))
        included.append(source)
        return source
    }

    /// The absolute path of the file that this one calls `path`.
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
