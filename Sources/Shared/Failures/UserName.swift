import Glibc

/// What a user of the system is called, for people.
package enum UserName {
    /// The name of a user id; `uid 1234` where the system knows none.
    ///
    /// It asks the system's user database, which may be slow: only for messages.
    package static func of(_ id: uid_t) -> String {
        guard let entry = getpwuid(id), let name = entry.pointee.pw_name else { return "uid \(id)" }
        return String(cString: name)
    }

    /// A user as `sudo -u` takes it.
    package static func argument(_ id: uid_t) -> String {
        getpwuid(id) == nil ? "'#\(id)'" : of(id)
    }

    /// Who runs this program.
    package static var own: String { of(geteuid()) }
}
