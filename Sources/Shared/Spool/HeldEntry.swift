import Glibc

/// An entry of an inbox in our hands: in `work/<user>`, under the name that it had.
///
/// A name in an inbox is its owner's. Between a look at it and a deed he may put another file there,
/// which must not be removed or secluded unread. So an entry leaves an inbox in these steps:
///
/// 1. Look again: is it still the entry that was judged, or copied? Any other is a new file, and stays.
/// 2. Move it to `work/<user>/<name>`, where nobody but us gets at it, and where it replaces nothing.
/// 3. Look at it there. If another came between 1 and 2, put it back under its name; if there is a
///    newer one of that name by now, as `<name>~2.json`: it replaces nothing there either.
/// 4. Remove it, or move it to quarantine.
///
/// A run that dies before 2 did nothing. One that dies after it leaves the entry whole in `work`, as
/// every move is one rename. The next run puts it back before it looks into any inbox, and judges it
/// anew: an original that had its effect is known by its bytes, and anything else is a file that was
/// never looked at. Copies in `work` are called by their digests, and entries of inboxes end in
/// `.json`, so neither is taken for the other.
package struct HeldEntry: Sendable {
    let dropper: Dropper
    let name: FileName
    /// As it was when it came into our hands.
    let identity: FileIdentity
    let passage: Passage
}

extension HeldEntry {
    /// Whether nobody has written to it since it is held, as one can who opened it before.
    package func isUnchanged() throws(SystemError) -> Bool {
        try passage.work.status(of: name).map(FileIdentity.init) == identity
    }

    /// Puts it back into its inbox: it is judged anew there.
    package func putBack() throws(SystemError) {
        try passage.putBack(name)
    }
}

/// The way out of an inbox, and back.
struct Passage {
    let inbox: Directory
    let work: Directory

    /// Steps 1 to 3. Returns what the entry is in `work`; nil if it is gone or another.
    func take(
        _ name: FileName, _ identity: FileIdentity
    ) throws(SystemError) -> FileIdentity? {
        guard try inbox.status(of: name).map(FileIdentity.init) == identity else { return nil }
        return try move(name, identity)
    }

    /// Steps 2 and 3.
    func move(
        _ name: FileName, _ identity: FileIdentity
    ) throws(SystemError) -> FileIdentity? {
        do throws(SystemError) {
            guard try work.takeNew(name, from: inbox, as: name) else {
                throw SystemError("cannot take over", "\(work.path)/\(name)", code: EEXIST)
            }
        } catch  where error.code == ENOENT {
            return nil
        }
        if let moved = try work.status(of: name).map(FileIdentity.init), identity.isMoved(to: moved)
        {
            return moved
        }
        try putBack(name)
        return nil
    }

    /// Moves an entry from `work` to where it was dropped.
    func putBack(_ name: FileName) throws(SystemError) {
        var number = 1
        var free = name
        while try !inbox.takeNew(name, from: work, as: free) {
            number += 1
            free = FileName("\(name.stem)~\(number).json")
        }
    }
}

extension Spool {
    /// Takes an entry out of an inbox and into our hands; nil if it is not the one any more that was
    /// looked at.
    package func hold(
        _ entry: Candidate, from inbox: Inbox
    ) throws(SystemError) -> HeldEntry? {
        var works = TouchedDirectories()
        let passage = Passage(
            inbox: inbox.directory, work: try works.at(work(of: inbox.dropper)))
        guard let identity = try passage.take(entry.name, entry.identity) else { return nil }
        return HeldEntry(
            dropper: inbox.dropper, name: entry.name, identity: identity, passage: passage)
    }

    /// Puts back what a run that died held.
    package func putBackHeld(of dropper: Dropper) throws(SystemError) {
        let work = try Directory(work(of: dropper))
        let names = try work.names(where: \.isForUs).sorted()
        guard !names.isEmpty else { return }
        var inboxes = TouchedDirectories()
        let passage = Passage(
            inbox: try inboxes.at(inbox(of: dropper), mode: Self.sharedMode), work: work)
        for name in names { try passage.putBack(name) }
    }
}
