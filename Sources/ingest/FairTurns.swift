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

    private struct Queue {
        let place: Place
        /// In reverse: the next name is the last.
        var names: [FileName]
    }

    /// Only the current queue may be empty.
    private var queues: [Queue]
    private var turn = 0
    /// How much the current queue has given in its turn, in bytes.
    private var given: Int64 = 0

    init(_ places: [(place: Place, names: [FileName])]) {
        queues = places.filter { !$0.names.isEmpty }
            .map { Queue(place: $0.place, names: $0.names.reversed()) }
    }

    var isOver: Bool { queues.allSatisfy(\.names.isEmpty) }

    /// Takes the next name out of its queue; nil when all queues are empty.
    mutating func next() -> (place: Place, name: FileName)? {
        if turn < queues.count, queues[turn].names.isEmpty {
            queues.remove(at: turn)
            begin(turn)
        }
        guard !queues.isEmpty else { return nil }
        if given >= Self.quantum { begin(turn + 1) }
        given += Self.leastBytes
        return (queues[turn].place, queues[turn].names.removeLast())
    }

    /// Counts the length of the file that `next` named, in bytes.
    mutating func count(_ bytes: Int64) {
        given += bytes
    }

    /// Puts back the name that `next` gave last.
    mutating func putBack(_ name: FileName) {
        queues[turn].names.append(name)
    }

    private mutating func begin(_ index: Int) {
        turn = index < queues.count ? index : 0
        given = 0
    }
}
