import Failures
import Tables

extension Ledger {
    /// Copies the whole ledger, as of one moment, into the empty file at `path`, marks the copy as
    /// a backup, and proves it. Other processes can read and write meanwhile.
    ///
    /// The copy is not synced.
    ///
    /// - Throws: `UnsoundLedger`, `StoreError`; then the file is useless.
    package func backUp(to path: String) throws {
        let copy = Ledger(over: try store.copy(to: path), currency: currency)
        try copy.commit { try $0.run("UPDATE generation SET number = -number WHERE number > 0") }
        try copy.checkSoundness()
        try copy.store.close()
    }

    /// Proves that the database is whole, and the books with it.
    ///
    /// - Throws: `UnsoundLedger` if it is not; `StoreError`.
    package func checkSoundness() throws {
        let damages = try store.damages()
        guard damages.isEmpty else {
            let words = damages.map { $0.split(separator: "\n").joined(separator: ", ") }
            throw UnsoundLedger(
                path: store.path,
                problems: ["its pages are damaged (SQLite: \(words.joined(separator: "; ")))"])
        }
        let findings = try audit()
        guard findings.isEmpty else {
            throw UnsoundLedger(
                path: store.path,
                problems: findings.map {
                    "invariant \($0.invariant) is broken \($0.count) times: \($0.rule)"
                })
        }
    }
}

/// A ledger that is damaged, or whose books are wrong.
package struct UnsoundLedger: Error {
    package let path: String
    package let problems: [String]
}

extension UnsoundLedger: StageFailure {
    package var exitStatus: ExitStatus { .booksWrong }
}

extension UnsoundLedger: CustomStringConvertible {
    package var description: String {
        """
        \(path) is not sound, and nothing was made of it: \(problems.joined(separator: "; ")). \
        Stop the programs, keep a copy of the ledger, and ask `report audit` for what is wrong
        """
    }
}
