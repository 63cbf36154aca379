import Synchronization
import Tables

/// Keys, and later passwords and sessions: a database apart from the ledger, so that an older
/// ledger put back never brings a revoked key back.
///
/// The accounts themselves may be put back too. The spool notes how far they had come when a
/// program last saw them. A program that opens or reads accounts that are behind begins a new
/// generation: all sessions end, and every key waits for `admin key confirm`, because one of them
/// may have been revoked since the copy was made. Nobody has to remember to do that, and until
/// somebody confirms nothing is open that should be shut.
///
/// 1. A change is one commit, made under the opening lock.
/// 2. Then the new generation is noted in the spool, synced, under the same lock.
///
/// Killed between the two, the note is behind the accounts, which stops nothing; the change was not
/// answered yet.
package final class Accounts: Sendable {
    private let place: any StorePlace
    private let seen: SeenAccounts
    private let opened: Mutex<Opened>
    let uses = KeyUses()

    /// The open store, and what is known of it.
    private struct Opened {
        let store: any Store
        /// The furthest that this process saw it come.
        var generation: AccountsGeneration
    }

    package var path: String { place.path }

    private init(at place: any StorePlace, notedIn seen: SeenAccounts) throws {
        self.place = place
        self.seen = seen
        opened = Mutex(try Self.open(place, seen))
    }

    /// Opens the accounts at `place`, and makes empty ones if there are none.
    ///
    /// - Parameters:
    ///   - place: where they are.
    ///   - seenFile: the file in the spool that notes how far they have come.
    /// - Returns: the accounts.
    /// - Throws: `AccountsError`, `StoreError`.
    package static func open(in place: any StorePlace, lastSeenIn seenFile: String) throws
        -> Accounts
    {
        try Accounts(at: place, notedIn: SeenAccounts(path: seenFile))
    }

    /// Opens the accounts at `place` if there are any.
    ///
    /// - Parameters:
    ///   - place: where they are.
    ///   - seenFile: the file in the spool that notes how far they have come.
    /// - Returns: the accounts; nil if there are none.
    /// - Throws: `AccountsError`, `StoreError`.
    package static func openExisting(
        in place: any StorePlace, lastSeenIn seenFile: String
    ) throws -> Accounts? {
        let isThere = try wordingOpening(of: place.path) { try place.isThere() }
        return isThere ? try open(in: place, lastSeenIn: seenFile) : nil
    }

    private static func open(_ place: any StorePlace, _ seen: SeenAccounts) throws -> Opened {
        let charter = Charter(check: { _ in }, upgrade: { _, _ in }, furnish: { _ in })
        return try wordingOpening(of: place.path) {
            let store = try place.open(charter)
            return try store.withOpeningLock {
                Opened(store: store, generation: try settle(store, seen))
            }
        }
    }

    /// Begins a new generation if these accounts are behind what was seen last. The caller holds
    /// the opening lock.
    private static func settle(
        _ store: any Store, _ seen: SeenAccounts
    ) throws -> AccountsGeneration {
        let note = try seen.read()
        let found = try store.inConnection { try AccountsGeneration.of($0) }
        let last: AccountsGeneration
        switch note {
        case .none: last = .first
        case .seen(let generation): last = generation
        case .damaged: last = AccountsGeneration(number: abs(found.number), commits: .max)
        }
        var generation = found
        if found.isBehind(last) {
            generation = try store.inConnection { db in
                try db.inTransaction(.write) {
                    let number = max(abs(found.number), last.number) + 1
                    try db.run("UPDATE generation SET number = \(number), commits = commits + 1")
                    try db.run("DELETE FROM sessions")
                    return try AccountsGeneration.of(db)
                }
            }
        }
        if note != .seen(generation) {
            // A note that outlives its accounts would make keys wait for nothing.
            try store.syncName()
            try seen.write(generation)
        }
        return generation
    }
}

extension Accounts {
    /// Reads as of now, from the file that is at the path now.
    func read<T>(_ body: (any Connection) throws -> T) throws -> T {
        let store = try current()
        let (generation, result) = try store.inConnection { db in
            try db.inTransaction(.read) { (try AccountsGeneration.of(db), try body(db)) }
        }
        guard isNoOlder(generation) else { return try reopened().inConnection(body) }
        return result
    }

    /// Makes a change, and returns once it is on disk and noted in the spool.
    func commit<T>(_ body: (any Connection) throws -> T) throws -> T {
        let store = try current()
        return try Self.wordingOpening(of: path) {
            try store.withOpeningLock {
                guard store.isInPlace() else { throw AccountsError.replaced(path) }
                try note(Self.settle(store, seen))
                let (result, generation) = try store.inConnection { db in
                    try db.inTransaction(.write) {
                        let result = try body(db)
                        try db.run("UPDATE generation SET commits = commits + 1")
                        return (result, try AccountsGeneration.of(db))
                    }
                }
                try seen.write(generation)
                note(generation)
                return result
            }
        }
    }

    /// A connection of its own, so that waiting for another writer holds up no reader.
    func aside<T>(_ body: (any Connection) throws -> T) throws -> T {
        let store = try openedAgain().store
        defer { try? store.close() }
        return try store.inConnection(body)
    }

    /// Copies the accounts, as of one moment, into the empty file at `path`, and marks the copy as
    /// a backup. The copy is not synced.
    ///
    /// - Parameter path: the empty file.
    /// - Throws: `StoreError`, also if the accounts are damaged; then the file is useless.
    package func backUp(to path: String) throws {
        let copy = try current().copy(to: path)
        try copy.inConnection { db in
            try db.run("UPDATE generation SET number = -number WHERE number > 0")
        }
        let damages = try copy.damages()
        guard damages.isEmpty else {
            throw StoreError(.damaged, at: path, cause: damages.joined(separator: "; "))
        }
        try copy.close()
    }

    /// The store of the file that is at the path now: it may have been replaced since.
    private func current() throws -> any Store {
        let store = opened.withLock { $0.store }
        return store.isInPlace() ? store : try reopened()
    }

    private func reopened() throws -> any Store {
        let fresh = try openedAgain()
        opened.withLock { $0 = fresh }
        return fresh.store
    }

    /// Opens what is at the path now. A program that serves makes no new accounts: while somebody
    /// puts a copy in their place, there are none for a moment.
    private func openedAgain() throws -> Opened {
        guard try Self.wordingOpening(of: path, { try place.isThere() }) else {
            throw AccountsError.gone(path)
        }
        return try Self.open(place, seen)
    }

    private func note(_ generation: AccountsGeneration) {
        opened.withLock { $0.generation = generation }
    }

    /// Whether the file still has what this process saw in it. Another file's bytes may have been
    /// written over it.
    private func isNoOlder(_ generation: AccountsGeneration) -> Bool {
        opened.withLock { opened in
            guard !generation.isBehind(opened.generation) else { return false }
            opened.generation = generation
            return true
        }
    }

    /// Runs `body`, which opens or locks the store, and turns its errors into ours.
    private static func wordingOpening<T>(of path: String, _ body: () throws -> T) throws -> T {
        do {
            return try body()
        } catch let error as OpeningError {
            switch error {
            case .unreachable(let path, let errno):
                throw AccountsError.unreachable(path, errno: errno)
            case .notAStore: throw AccountsError.notADatabase(path)
            case .notOurs: throw AccountsError.notAccounts(path)
            // They are never opened only to be read.
            case .newer(let version, let known), .older(let version, let known):
                throw AccountsError.newer(version: version, known: known)
            }
        }
    }
}
