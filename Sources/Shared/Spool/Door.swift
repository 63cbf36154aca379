import Glibc

/// Where the programs that serve HTTP drop the files of one user: `doors/<user>/`, which nobody but
/// the programs can enter.
///
/// They write a file elsewhere, sync it, rename it into the door without replacing anything, and
/// sync the door. So a file in a door is whole and on disk, and needs neither settling nor a copy:
/// intake takes it by a rename (`Collecting`). Until then, the program that dropped it may take it
/// back by another: the first to rename it has it.
package struct Door: Sendable {
    package let dropper: Dropper
    let directory: Directory

    package var path: String { directory.path }
}

extension Spool {
    package func door(of dropper: Dropper) -> String { "\(root)/doors/\(dropper.name)" }

    /// The door of `dropper`; nil if there is none.
    package func openDoor(of dropper: Dropper) throws(SystemError) -> Door? {
        do {
            return Door(dropper: dropper, directory: try Directory(door(of: dropper)))
        } catch  where [ENOENT, ENOTDIR, ELOOP].contains(error.code) {
            return nil
        }
    }

    /// Calls `body` with each door, or with those of `some` that are there, by name. It is open as
    /// long as `body` keeps it. There is none of the desk that has no name: a key could then do
    /// what only the operator may.
    package func forEachDoor(
        of some: Set<Dropper>? = nil, _ body: (Door) throws(SystemError) -> Void
    ) throws(SystemError) {
        let droppers =
            if let some { Array(some) } else {
                try Directory("\(root)/doors").names().map { Dropper(named: "\($0)") }
            }
        for dropper in droppers.sorted(by: { $0.name < $1.name }) where dropper != .desk {
            if let door = try openDoor(of: dropper) { try body(door) }
        }
    }
}

extension Door {
    /// The names of the files in it, in order; at most `limit`.
    package func names(limit: Int = .max) throws(SystemError) -> [FileName] {
        try directory.names(limit: limit, where: \.isForUs).sorted()
    }

    /// Those of `names` whose files are longer than `limit` bytes.
    package func long(
        among names: [FileName], limit: Int64
    ) throws(SystemError) -> [FileName] {
        var long: [FileName] = []
        for name in names {
            if let status = try directory.status(of: name), status.st_size > limit {
                long.append(name)
            }
        }
        return long
    }
}
