import BatchFiles
import Ledger
import Run
import Settings
import Spool
import Stage

/// The doors of the house: a serving program drops files here, and waits for their receipts.
///
/// Nothing here writes the ledger (doors.md §1): a file goes into the spool, `ingest` takes it, and
/// the answer is read from the ledger.
package final class Doors: Sendable {
    /// Reads the ledger for the calls.
    package let ledger: LedgerReader
    /// Brings single lines into files that calls share.
    package let gathering: BatchGathering
    private let doorway: Doorway
    private let porter: Porter
    private let room: ReceiptRoom
    private let rendering: ReceiptRendering

    /// Opens the doors.
    ///
    /// - Parameters:
    ///   - stage: the house, opened by `Stage.openToRead`.
    ///   - ingest: what to start `ingest` with for calls that wait; nil if something else keeps it
    ///     running.
    ///   - patience: how long a single line waits for its commit.
    ///   - mostLines: the most single lines in one file.
    /// - Throws: `SystemError`.
    package init(
        _ stage: Stage, startingIngest ingest: [String]?, patience: Duration, mostLines: Int = 500
    ) throws(SystemError) {
        let ledger = LedgerReader(stage.context, stage.ledger)
        let doorway = try Doorway(stage.spool)
        let porter = try Porter(doorway, ledger)
        let room = try ReceiptRoom(
            stage.spool, porter, ledger, ingest.map { IngestStarter($0, stage.context) })
        self.ledger = ledger
        self.doorway = doorway
        self.porter = porter
        self.room = room
        rendering = ReceiptRendering(currency: stage.settings.currency)
        gathering = BatchGathering(mostLines: mostLines) { batch, user in
            guard let staged = try doorway.stage(batch.bytes) else { return .withdrawn }
            let outcome = try await porter.drop(
                staged, as: batch.name, of: .reseller(user.rawValue), .unique)
            guard case .new(let file) = outcome else {
                preconditionFailure("a random name came twice")
            }
            return try await room.wait(for: file, patience, takesBack: true, batch.answers)
        }
    }

    /// Ends the threads. No call waits any more.
    package func close() {
        room.close()
        porter.close()
    }

    /// Why nothing more can be dropped; nil as long as all is well. The program must end then.
    package var failure: SystemError? { porter.failure }

    /// How many calls wait for a receipt.
    package var waitingCalls: Int { room.count }
}

extension Doors {
    /// A new file, to be filled with the bytes of a call.
    ///
    /// - Parameter withSHA512: whether its SHA-512 is wanted too.
    /// - Returns: the empty file.
    /// - Throws: `SystemError`.
    package func receive(withSHA512: Bool = false) throws(SystemError) -> ArrivingFile {
        try doorway.receive(withSHA512: withSHA512)
    }

    /// Removes a file that is not to be dropped.
    package func discard(_ file: StagedFile) {
        doorway.discard(file)
    }

    /// Drops a file under a name that stands for one content for ever, and returns once that is
    /// durable.
    ///
    /// - Parameters:
    ///   - file: all the bytes.
    ///   - name: the file's name.
    ///   - owner: whose file it is.
    /// - Returns: whether it is new, the same as before, or another.
    /// - Throws: `SystemError`, `StoreError`, `LedgerError`. What is on disk is unknown then; a
    ///   caller that sends the same bytes again learns it.
    package func drop(
        _ file: StagedFile, as name: String, of owner: Dropper
    ) async throws -> DropOutcome {
        let outcome = try await porter.drop(file, as: name, of: owner, .chosen)
        if case .new(let dropped) = outcome { room.follow(dropped) }
        return outcome
    }

    /// Waits for the receipt of a file that was dropped.
    ///
    /// - Parameters:
    ///   - file: the file.
    ///   - time: how long to wait.
    ///   - takesBack: whether the file is taken back when the time is over. Never for a file that a
    ///     call was promised is there.
    /// - Returns: the receipt, or why there is none.
    /// - Throws: `StoreError`, `LedgerError`.
    package func receipt(
        of file: DroppedFile, within time: Duration, takesBack: Bool
    ) async throws -> Awaited<RenderedReceipt> {
        let rendering = rendering
        return try await room.wait(for: file, time, takesBack: takesBack) { report, receipts in
            try rendering.render(report, file.owner.form, receipts)
        }
    }

    /// The receipt of the file that an owner last dropped under a name, through whatever door.
    ///
    /// - Parameters:
    ///   - name: the file's name, with `.json`.
    ///   - owner: whose file it is.
    /// - Returns: the receipt; `taken` while the file waits; nil if there is no such file.
    /// - Throws: `SystemError`, `StoreError`, `LedgerError`.
    package func receipt(
        named name: String, of owner: Dropper
    ) throws -> Awaited<RenderedReceipt>? {
        // In the order in which a file moves.
        let isWaiting = try doorway.isWaiting(name, of: owner)
        let taken = try doorway.digestOfTaken(name, of: owner)
        if isWaiting { return .taken }
        let rendered = try ledger.receipts { receipts -> RenderedReceipt? in
            let digest = try taken ?? receipts.latest(named: name, of: owner.inLedger)?.digest
            guard let digest,
                let row = try receipts.file(named: name, digest: digest, of: owner.inLedger)
            else { return nil }
            return try rendering.render(try receipts.report(of: row), owner.form, receipts)
        }
        return rendered.map { .known($0) } ?? (taken == nil ? nil : .taken)
    }
}

extension Doorway {
    /// A new file with these bytes; nil if there is no room for it, and nothing happened.
    fileprivate func stage(_ bytes: [UInt8]) throws(SystemError) -> StagedFile? {
        do throws(SystemError) {
            let file = try receive()
            try file.write(bytes)
            return file.finish()
        } catch {
            guard error.isNoRoom else { throw error }
            return nil
        }
    }
}
