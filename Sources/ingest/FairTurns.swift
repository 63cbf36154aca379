import Spool

/// Whose file is next: everybody in turn, so that one with a million lines does not starve another.
///
/// A turn ends when its owner has given `quantum` bytes, in as many files as that takes; one long
/// file is a turn of its own.
struct FairTurns {
    /// About a thousand orders.
    static let quantum: Int64 = 128 << 10

    private struct Line {
        let inbox: Inbox
        /// In reverse: the next is the last.
        var names: [FileName]
    }

    private var lines: [Line]
    private var turn = 0
    private var given: Int64 = 0

    init(_ inboxes: [(inbox: Inbox, names: [FileName])]) {
        lines = inboxes.filter { !$0.names.isEmpty }
            .map { Line(inbox: $0.inbox, names: $0.names.reversed()) }
    }

    var isOver: Bool { lines.isEmpty }

    /// The next name, taken out of its line; nil when all lines are empty.
    mutating func next() -> (inbox: Inbox, name: FileName)? {
        guard !lines.isEmpty else { return nil }
        if given >= Self.quantum { pass() }
        let inbox = lines[turn].inbox
        let name = lines[turn].names.removeLast()
        if lines[turn].names.isEmpty {
            lines.remove(at: turn)
            given = 0
            if turn >= lines.count { turn = 0 }
        }
        return (inbox, name)
    }

    /// Says how long the file was that `next` named.
    mutating func count(_ bytes: Int64, of inbox: Inbox) {
        guard turn < lines.count, lines[turn].inbox.dropper == inbox.dropper else { return }
        given += bytes
    }

    private mutating func pass() {
        turn = (turn + 1) % lines.count
        given = 0
    }
}
