import Spool

/// Chooses whose file is next. The owners take turns, so that an owner with a million lines does
/// not starve the others.
///
/// A turn ends when its owner has given `quantum` bytes, in as many files as that takes. A long
/// file is a turn of its own.
///
/// `Place`: where owners drop their files.
struct FairTurns<Place> {
    /// About a thousand orders, in bytes.
    static var quantum: Int64 { 128 << 10 }
    /// The minimum that a file counts for, in bytes, because each file costs moves and syncs.
    static var leastBytes: Int64 { 4 << 10 }

    private struct Line {
        let place: Place
        /// In reverse: the next name is the last.
        var names: [FileName]
    }

    /// Only the current line may be empty.
    private var lines: [Line]
    private var turn = 0
    /// How much the current line has given in its turn, in bytes.
    private var given: Int64 = 0

    init(_ places: [(place: Place, names: [FileName])]) {
        lines = places.filter { !$0.names.isEmpty }
            .map { Line(place: $0.place, names: $0.names.reversed()) }
    }

    var isOver: Bool { lines.allSatisfy(\.names.isEmpty) }

    /// Takes the next name out of its line; nil when all lines are empty.
    mutating func next() -> (place: Place, name: FileName)? {
        if turn < lines.count, lines[turn].names.isEmpty {
            lines.remove(at: turn)
            begin(turn)
        }
        guard !lines.isEmpty else { return nil }
        if given >= Self.quantum { begin(turn + 1) }
        given += Self.leastBytes
        return (lines[turn].place, lines[turn].names.removeLast())
    }

    /// Counts the length of the file that `next` named, in bytes.
    mutating func count(_ bytes: Int64) {
        given += bytes
    }

    /// Puts back the name that `next` gave last.
    mutating func putBack(_ name: FileName) {
        lines[turn].names.append(name)
    }

    private mutating func begin(_ index: Int) {
        turn = index < lines.count ? index : 0
        given = 0
    }
}
