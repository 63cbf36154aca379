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

    /// A name, and where it is.
    typealias Entry = (inbox: Inbox, name: FileName)

    /// Of each owner; none but that of the one whose turn it is can be empty. In reverse: the next is the
    /// last.
    private var lines: [[Entry]]
    private var turn = 0
    /// What the one whose turn it is has given, in bytes.
    private var given: Int64 = 0

    init(_ inboxes: [(inbox: Inbox, names: [FileName])]) {
        lines = inboxes.filter { !$0.names.isEmpty }
            .map { inbox, names in names.reversed().map { (inbox, $0) } }
    }

    /// No turns: one after the other, whosever they are.
    init(inOrder entries: [Entry]) {
        lines = [entries.reversed()]
    }

    var isOver: Bool { lines.allSatisfy(\.isEmpty) }

    /// The next name, taken out of its line; nil when all lines are empty.
    mutating func next() -> Entry? {
        if turn < lines.count, lines[turn].isEmpty {
            lines.remove(at: turn)
            begin(turn)
        }
        guard !lines.isEmpty else { return nil }
        if given >= Self.quantum { begin(turn + 1) }
        given += Self.leastBytes
        return lines[turn].removeLast()
    }

    /// Says how long the file was that `next` named.
    mutating func count(_ bytes: Int64) {
        given += bytes
    }

    /// Puts what `next` gave last back to where it was.
    mutating func putBack(_ entry: Entry) {
        lines[turn].append(entry)
    }

    private mutating func begin(_ index: Int) {
        turn = index < lines.count ? index : 0
        given = 0
    }
}
