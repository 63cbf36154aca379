import Glibc

/// An entry of an inbox that we have taken out: it lies in `work/<user>`, under the name it had
/// (`FileName.held`).
///
/// The owner of an inbox can swap a file between our check and our action. We must never delete or
/// quarantine a file that we have not examined. So an entry leaves an inbox in these steps:
///
/// 1. Check again that it is still the entry that was judged or copied. Any other is a new file,
///    and stays.
/// 2. Move it to `work/<user>/<name>`, where nobody else can reach it and where it replaces
///    nothing.
/// 3. Check it there. If another file came between 1 and 2, put that file back under its
///    name; or as `<name>~2.json` if a newer file has the name by then, so that it replaces nothing
///    there either.
/// 4. Remove it, or move it to quarantine.
///
/// A run that dies before 2 has done nothing. A run that dies after 2 leaves the entry whole in
/// `work`, because every move is one rename. The next run puts it back before it looks into any
/// inbox, and judges it again: it recognizes an original that had its effect by its bytes, and
/// anything else is a file that nobody has examined. The names of copies in `work` are digests and
/// the names of entries end in `.json`, so the two cannot be confused; nor can an entry pass for a
/// file that was collected from a door (`Collecting`), because one with such a name gets another in
/// `work`.
package struct HeldEntry: Sendable {
    let dropper: Dropper
    let name: FileName
    /// Its identity when we took it.
    let identity: FileIdentity
    let passage: Passage
}

extension HeldEntry {
    /// Whether nobody has written to it since we took it. A process that had opened it before
    /// could.
    package func isUnchanged() throws(SystemError) -> Bool {
        try passage.work.status(of: name.held).map(FileIdentity.init) == identity
    }

    /// Puts it back into its inbox, where it is judged again.
    package func putBack() throws(SystemError) {
        try passage.putBack(name)
    }
}

/// The way out of an inbox, and back.
struct Passage {
    let inbox: Directory
    let work: Directory

    /// Does steps 1 to 3. Returns the entry's identity in `work`; nil if it is gone or is another
    /// file.
    func take(
        _ name: FileName, _ identity: FileIdentity
    ) throws(SystemError) -> FileIdentity? {
        guard try inbox.status(of: name).map(FileIdentity.init) == identity else { return nil }
        return try move(name, identity)
    }

    /// Does steps 2 and 3.
    func move(
        _ name: FileName, _ identity: FileIdentity
    ) throws(SystemError) -> FileIdentity? {
        do throws(SystemError) {
            guard try work.takeNew(name, from: inbox, as: name.held) else {
                throw SystemError("cannot take over", "\(work.path)/\(name)", code: EEXIST)
            }
        } catch  where error.code == ENOENT {
            return nil
        }
        if let moved = try work.status(of: name.held).map(FileIdentity.init),
            identity.isMoved(to: moved)
        {
            return moved
        }
        try putBack(name)
        return nil
    }

    /// Moves an entry from `work` back to where it was dropped.
    func putBack(_ name: FileName) throws(SystemError) {
        var number = 1
        var free = name
        while try !inbox.takeNew(name.held, from: work, as: free) {
            number += 1
            free = FileName("\(name.stem)~\(number).json")
        }
    }
}

extension Spool {
    /// Takes an entry out of an inbox; nil if it is no longer the one that was judged.
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

    /// Puts back the entries that a run that died had taken.
    package func putBackHeld(of dropper: Dropper) throws(SystemError) {
        let work = try Directory(work(of: dropper))
        let names = try work.names(where: { $0.isForUs && KeptName.collectedParts(of: $0) == nil })
            .map(\.released).sorted()
        guard !names.isEmpty else { return }
        var inboxes = TouchedDirectories()
        let passage = Passage(
            inbox: try inboxes.at(inbox(of: dropper), mode: Self.sharedMode), work: work)
        for name in names { try passage.putBack(name) }
    }
}

extension FileName {
    private static let mark = "held-"

    /// The name in `work` of an entry that has this name in its inbox. An owner may give an entry
    /// the name of a file that was collected from a door; it must not be taken for one.
    var held: FileName {
        guard KeptName.collectedParts(of: self) != nil else { return self }
        return FileName(text: Array(FileName(Self.mark).bytes) + text)
    }

    /// The name in its inbox of an entry that has this name in `work`.
    var released: FileName {
        let mark = FileName(Self.mark).bytes
        guard bytes.starts(with: mark) else { return self }
        let name = FileName(text: Array(text.dropFirst(mark.count)))
        return KeptName.collectedParts(of: name) == nil ? self : name
    }
}
