import Glibc

/// Another program of the pipeline, started beside this one. It goes on if this one ends.
package final class ChildProgram: Sendable {
    package let process: pid_t

    private init(process: pid_t) {
        self.process = process
    }

    /// Starts the program `name` from the folder that this program is in.
    ///
    /// It inherits standard error and nothing else: its standard input and output are empty. Our
    /// locks and files are closed in it (`O_CLOEXEC`).
    ///
    /// - Parameters:
    ///   - name: the program's name: `dispatch`.
    ///   - arguments: its arguments.
    /// - Returns: nil if it is not installed there, or the system has no room for it.
    package static func start(_ name: String, _ arguments: [String]) -> ChildProgram? {
        guard let folder = ownFolder else { return nil }
        var actions = posix_spawn_file_actions_t()
        guard posix_spawn_file_actions_init(&actions) == 0 else { return nil }
        defer { posix_spawn_file_actions_destroy(&actions) }
        // A reader of our output must not wait for the child's end.
        for (descriptor, mode) in [(STDIN_FILENO, O_RDONLY), (STDOUT_FILENO, O_WRONLY)] {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", mode, 0)
        }
        var words: [UnsafeMutablePointer<CChar>?] = ([name] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var process: pid_t = 0
        guard posix_spawn(&process, folder + name, &actions, nil, &words, environ) == 0 else {
            return nil
        }
        return ChildProgram(process: process)
    }

    /// Its exit status once it has ended, or 128 and the signal if it was killed; nil while it
    /// runs. Call until it is not nil, and no more: then the system forgets the process.
    package func exitStatus() -> Int32? {
        var status: Int32 = 0
        errno = 0
        guard waitpid(process, &status, WNOHANG) == process else {
            // What started this program may have told the system to forget children at once.
            return errno == ECHILD ? 0 : nil
        }
        let signal = status & 0x7F
        return signal == 0 ? status >> 8 & 0xFF : 128 + signal
    }

    /// Ends with `/`.
    private static var ownFolder: String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0 else { return nil }
        let own = String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
        return own.lastIndex(of: "/").map { String(own[...$0]) }
    }
}

extension StageOptions {
    /// The arguments of a child that works with the same configuration, and logs in the same form
    /// only what this program's reader must know.
    package var ofQuietChild: [String] {
        ["--quiet", "--config", configuration, "--log-format", logFormat.rawValue]
    }
}
