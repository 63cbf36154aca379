import Glibc
import Synchronization

/// Tells what comes into directories, as soon as it comes (inotify(7)).
///
/// Begin to watch a directory before looking into it: then nothing that comes is missed. The kernel
/// reports nothing for a directory on a network file system, so a caller also looks from time to
/// time.
package final class Watch: Sendable {
    /// Readable, as poll(2) says, while there is news.
    package let descriptor: Int32
    private let paths = Mutex<[Int32: String]>([:])

    /// What is reported of a directory's entries.
    package enum Interest: Sendable {
        /// That a name came: it was made, or moved there.
        case arrivals
        /// Also that a file was written to and closed, got other rights, or lost a name.
        case changes
    }

    /// Something happened in a directory that is watched.
    package enum News: Hashable, Sendable {
        case entry(FileName, in: String)
        /// The directory was removed or moved away, and is no longer watched.
        case gone(String)
        /// More happened than the kernel keeps. Look everywhere.
        case missed
    }

    /// - Throws: `SystemError`: the user of the programs has too many of these.
    package init() throws(SystemError) {
        descriptor = try check("cannot watch for files in", "the spool") {
            inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK))
        }
    }

    deinit {
        close(descriptor)
    }

    /// Watches a directory from now on. To watch one twice does no harm.
    ///
    /// - Returns: false if there is no directory at `path`, or we may not read it.
    /// - Throws: `SystemError`, as when more directories are watched than the system allows.
    package func add(_ path: String, for interest: Interest) throws(SystemError) -> Bool {
        let arrivals = IN_CREATE | IN_MOVED_TO
        let events =
            switch interest {
            case .arrivals: arrivals
            case .changes: arrivals | IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE
            }
        let mask =
            UInt32(events | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_DONT_FOLLOW)
        do throws(SystemError) {
            let number = try check("cannot watch", path) {
                inotify_add_watch(descriptor, path, mask)
            }
            paths.withLock { $0[number] = path }
            return true
        } catch  where [ENOENT, ENOTDIR, ELOOP, EACCES].contains(error.code) {
            return false
        }
    }

    /// The news since the last call, in the order in which they came. Does not wait.
    package func news() throws(SystemError) -> [News] {
        var news: [News] = []
        var buffer = [UInt8](repeating: 0, count: Self.bufferBytes)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else {
                if count == 0 || errno == EAGAIN { return news }
                if errno == EINTR { continue }
                throw SystemError("cannot watch for files in", "the spool")
            }
            buffer.withUnsafeBytes { bytes in
                var rest = bytes[..<count]
                while let event = Event(&rest) { news += told(event) }
            }
        }
    }

    /// Room for a few hundred events.
    private static let bufferBytes = 1 << 14

    private func told(_ event: Event) -> [News] {
        if event.has(IN_Q_OVERFLOW) { return [.missed] }
        // The kernel forgot it (IN_IGNORED), after which its number is used no more.
        guard let path = paths.withLock({ $0[event.directory] }) else { return [] }
        if event.has(IN_DELETE_SELF) || event.has(IN_MOVE_SELF) || event.has(IN_IGNORED)
            || event.has(IN_UNMOUNT)
        {
            inotify_rm_watch(descriptor, event.directory)
            paths.withLock { $0[event.directory] = nil }
            return [.gone(path)]
        }
        return [.entry(event.name, in: path)]
    }
}

extension Watch {
    /// One event as the kernel writes it: a number of 32 bits for the directory, one for what
    /// happened, a cookie, the length of the name, and the name with at least one NUL.
    private struct Event {
        let directory: Int32
        let kinds: UInt32
        let name: FileName

        private static let headBytes = 16

        /// Takes the first event; nil if there is none left.
        init?(_ bytes: inout Slice<UnsafeRawBufferPointer>) {
            guard bytes.count >= Self.headBytes else { return nil }
            let event = UnsafeRawBufferPointer(rebasing: bytes)
            directory = event.loadUnaligned(as: Int32.self)
            kinds = event.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
            let length = Int(event.loadUnaligned(fromByteOffset: 12, as: UInt32.self))
            let text = event.dropFirst(Self.headBytes).prefix(length).prefix { $0 != 0 }
            name = FileName(text: text.map(CChar.init(bitPattern:)) + [0])
            bytes = bytes.dropFirst(Self.headBytes + length)
        }

        func has(_ kind: Int32) -> Bool { kinds & UInt32(bitPattern: kind) != 0 }
    }
}
