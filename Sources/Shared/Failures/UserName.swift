import Glibc

/// Names of the system's users, for messages.
package enum UserName {
    /// The name of a user id; `uid 1234` if the system knows no name.
    ///
    /// It asks the system's user database, which may be slow. Use it for messages only.
    package static func of(_ id: uid_t) -> String {
        guard let entry = getpwuid(id), let name = entry.pointee.pw_name else { return "uid \(id)" }
        return String(cString: name)
    }

    /// A user in the form that `sudo -u` takes.
    package static func argument(_ id: uid_t) -> String {
        getpwuid(id) == nil ? "'#\(id)'" : of(id)
    }

    /// The user who runs this program.
    package static var own: String { of(geteuid()) }
}
