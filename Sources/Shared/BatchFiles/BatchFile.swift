import StrictJSON

/// A file of a reseller or the desk, to be read as often as it takes.
///
/// It knows the format and nothing of directories: where the bytes come from is the caller's. An
/// uploaded file is in memory already; one in the spool is read a window at a time.
package struct BatchFile: Sendable {
    package let form: FileForm
    /// Opens the file at an offset, in bytes.
    private let open: @Sendable (Int) throws -> ByteSource

    package init(
        _ form: FileForm, open: @escaping @Sendable (_ offset: Int) throws -> ByteSource
    ) {
        self.form = form
        self.open = open
    }

    /// A file whose bytes are all in memory.
    package init(_ form: FileForm, bytes: [UInt8]) {
        self.init(form) { .kept($0 == 0 ? bytes : Array(bytes[$0...])) }
    }

    func reader(from offset: Int = 0) throws -> JSONReader {
        try open(offset).reader()
    }

    /// Whether the bytes are only the beginning of a JSON document, which more bytes could make
    /// whole.
    ///
    /// - Returns: false for a whole document, and for one that is wrong already.
    /// - Throws: what the source throws.
    package func endsEarly() throws -> Bool {
        var reader = try reader()
        do {
            try reader.skip()
            return false
        } catch is JSONError {
            return reader.endsEarly
        }
    }

    /// The first bytes, at most `count` of them.
    func beginning(_ count: Int) throws -> [UInt8] {
        try open(0).beginning(count)
    }
}

extension BatchFile {
    /// Reads the lines of the file, kind by kind in the order in which they take effect.
    ///
    /// - Parameters:
    ///   - outline: what `BatchOutline.read` found: that the file is JSON is known from there.
    ///   - kinds: the kinds of lines to read; nil: all of them.
    ///   - body: takes the kind of each line, its number from 1, and its members.
    /// - Throws: what `body` and the source throw.
    package func forEachLine(
        of outline: BatchOutline, kinds: [LineKind]? = nil,
        _ body: (LineKind, Int, inout LineFields) throws -> Void
    ) throws {
        var fields = LineFields()
        for kind in kinds ?? form.kinds {
            guard let extent = outline.arrays[kind], extent.lines > 0 else { continue }
            var reader = try reader(from: extent.offset)
            try reader.beginArray()
            var number = 0
            while try reader.nextElement() {
                number += 1
                try fields.read(from: &reader)
                try body(kind, number, &fields)
            }
        }
    }
}

/// The bytes of a file from some offset on: all of them, or what delivers them.
package enum ByteSource {
    case kept([UInt8])
    /// Fills the memory that it is given, and says how many bytes came; 0 at the end.
    case read((UnsafeMutableRawBufferPointer) throws -> Int)

    fileprivate func beginning(_ count: Int) throws -> [UInt8] {
        switch self {
        case .kept(let bytes): return Array(bytes.prefix(count))
        case .read(let read):
            return try Array(unsafeUninitializedCapacity: count) { memory, filled in
                filled = try read(UnsafeMutableRawBufferPointer(memory))
            }
        }
    }

    fileprivate func reader() -> JSONReader {
        switch self {
        case .kept(let bytes): JSONReader(bytes: bytes)
        case .read(let read): JSONReader { try read($0) }
        }
    }
}
