import Spool

/// Whose file is next: everybody in turn, so that one with a million lines does not starve another.
///
/// A turn ends when its owner has given `quantum` bytes, in as many files as that takes; one long
/// file is a turn of its own.
struct FairTurns {
    /// About a thousand orders, in bytes.
    static let quantum: Int64 = 128 << 10
    /// What a name counts for, in bytes, whatever is behind it: each costs moves and syncs.
    static let leastBytes: Int64 = 4 << 10

    private struct Line {
        let inbox: Inbox
        /// In reverse: the next is the last.
        var names: [FileName]
    }

    /// None but the one whose turn it is can be empty.
    private var lines: [Line]
    private var turn = 0
    /// What the one whose turn it is has given, in bytes.
    private var given: Int64 = 0

    init(_ inboxes: [(inbox: Inbox, names: [FileName])]) {
        lines = inboxes.filter { !$0.names.isEmpty }
            .map { Line(inbox: $0.inbox, names: $0.names.reversed()) }
    }

    var isOver: Bool { lines.allSatisfy(\.names.isEmpty) }

    /// The next name, taken out of its line; nil when all lines are empty.
    mutating func next() -> (inbox: Inbox, name: FileName)? {
        if turn < lines.count, lines[turn].names.isEmpty {
            lines.remove(at: turn)
            begin(turn)
        }
        guard !lines.isEmpty else { return nil }
        if given >= Self.quantum { begin(turn + 1) }
        given += Self.leastBytes
        return (lines[turn].inbox, lines[turn].names.removeLast())
    }

    /// Says how long the file was that `next` named.
    mutating func count(_ bytes: Int64) {
        given += bytes
    }

    /// Puts the name that `next` gave last back to where it was.
    mutating func putBack(_ name: FileName) {
        lines[turn].names.append(name)
    }

    private mutating func begin(_ index: Int) {
        turn = index < lines.count ? index : 0
        given = 0
    }
}
