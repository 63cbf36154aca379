/// A place where a store is, or can be made.
package protocol StorePlace: Sendable {
    var path: String { get }

    /// Whether anything is there.
    ///
    /// - Throws: `OpeningError.unreachable`.
    func isThere() throws(OpeningError) -> Bool

    /// Opens the store that is there, after bringing it to the latest schema, or makes a new one.
    ///
    /// A file that is no store of ours is recognized before anything is written: no byte of it
    /// changes.
    ///
    /// Throws `OpeningError`, `StoreError`, and what `charter` throws.
    ///
    /// `charter`: the part of the tables' owner in the opening.
    func open(_ charter: Charter) throws -> any Store

    /// Opens the store that is there for reading: nothing can be written through it.
    ///
    /// Throws `OpeningError`, `StoreError`, and what `charter` throws.
    ///
    /// `charter`: only its check is used.
    func openToRead(_ charter: Charter) throws -> any Store
}

/// The part of the tables' owner in the opening of a store.
package struct Charter {
    /// Refuses a store that is there, by throwing. Nothing has been written yet.
    package let check: (any Connection) throws -> Void
    /// Does the part of a migration that SQL cannot do, within its transaction. The number is that
    /// of the schema before the migration: 0 for a new store.
    package let upgrade: (any Connection, _ from: Int) throws -> Void
    /// Writes the first rows of a new store, within the transaction that makes it.
    package let furnish: (any Connection) throws -> Void

    package init(
        check: @escaping (any Connection) throws -> Void,
        upgrade: @escaping (any Connection, _ from: Int) throws -> Void,
        furnish: @escaping (any Connection) throws -> Void
    ) {
        self.check = check
        self.upgrade = upgrade
        self.furnish = furnish
    }
}

/// An open store of tables, with one connection.
package protocol Store: AnyObject, Sendable {
    /// Where it is: failures name it.
    var path: String { get }

    /// Runs `body` on the connection, to which it has sole access meanwhile.
    ///
    /// - Throws: `StoreError`, and what `body` throws.
    @discardableResult
    func inConnection<T>(_ body: (any Connection) throws -> T) throws -> T

    /// Runs `body` while no other process opens the store.
    ///
    /// - Throws: `OpeningError.unreachable`, and what `body` throws.
    func withOpeningLock<T>(_ body: () throws -> T) throws -> T

    /// Whether `path` still names the store that was opened. If not, somebody has put another in
    /// its place, or moved it away.
    func isInPlace() -> Bool

    /// Makes sure that a new store survives a power cut, its name included.
    ///
    /// - Throws: `OpeningError.unreachable`.
    func syncName() throws(OpeningError)

    /// Copies the whole store, as of one moment, into the empty file at `path`. Others read and
    /// write meanwhile. The copy is not synced.
    ///
    /// - Throws: `StoreError`.
    func copy(to path: String) throws -> any Store

    /// - Throws: `StoreError`.
    func close() throws

    /// The damage in the store's own structure, in the engine's words; empty if it is whole.
    ///
    /// - Throws: `StoreError`.
    func damages() throws -> [String]

    /// Statements that return only violations of invariants, by the number of the invariant: those
    /// that each engine asks in its own way.
    var proofs: [Int: [String]] { get }
}

/// Why a store cannot be opened. Nothing in it was touched.
package enum OpeningError: Error, Equatable {
    /// Its file or folder cannot be opened or locked.
    case unreachable(String, errno: Int32)
    /// The file there is no store at all.
    case notAStore
    /// The store there is one of something else.
    case notOurs
    /// Made by a later version of the programs.
    case newer(version: Int, known: Int)
    /// Made by an earlier version of the programs, and opened only to be read.
    case older(version: Int, known: Int)
}
