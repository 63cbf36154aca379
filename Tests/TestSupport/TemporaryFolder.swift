import Glibc

/// A directory of a test's own, gone with the last reference to it.
package final class TemporaryFolder: Sendable {
    package let path: String

    /// - Parameter inMemory: for tests that would mostly wait for disks; where the system has no
    ///   such place, it is a folder like any other.
    package init(inMemory: Bool = false) {
        let parent = inMemory && access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
        var template = Array("\(parent)/smm-guru-test-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else {
            preconditionFailure("no temporary directory: \(String(cString: strerror(errno)))")
        }
        path = String(cString: made)
    }

    deinit {
        remove(path)
    }

    /// Writes a file, and the directories it lies in; returns its path.
    @discardableResult
    package func write(
        _ text: String, to name: String, mode: mode_t = 0o600
    ) -> String {
        write(Array(text.utf8), to: name, mode: mode)
    }

    /// Writes a file, and the directories it lies in; returns its path.
    @discardableResult
    package func write(_ bytes: [UInt8], to name: String, mode: mode_t = 0o600) -> String {
        var folder = path
        for part in name.split(separator: "/").dropLast() {
            folder += "/\(part)"
            mkdir(folder, 0o755)
        }
        let file = "\(path)/\(name)"
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        precondition(
            Glibc.write(descriptor, bytes, bytes.count) == bytes.count, "\(file) not written")
        fchmod(descriptor, mode)
        close(descriptor)
        return file
    }

    private func remove(_ path: String) {
        if let directory = opendir(path) {
            while let entry = readdir(directory) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != ".", name != ".." { remove("\(path)/\(name)") }
            }
            closedir(directory)
        }
        Glibc.remove(path)
    }
}
