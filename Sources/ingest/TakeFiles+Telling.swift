import Failures
import Ledger
import Logging
import Run
import Settings
import Spool
import Stage
import Timestamps

/// What a run tells others while it goes on, and what it must know again and again to do so.
extension TakeFiles {
    /// Takes what is due at some places. What is passed over there is only written down when
    /// everything is taken the next time.
    mutating func takeNews(at places: DropPlaces) throws {
        notes.beginLook(everywhere: false)
        var isMoreDue = true
        while isMoreDue { isMoreDue = try look(at: places) }
        try warnOfKeys()
    }

    /// Returns if nothing happened to the ledger and the disk that a run must not go on with.
    ///
    /// - Throws: `NoRoom`, `SystemError`, `LedgerError`, `StoreError`.
    func checkHouse() throws {
        try stage.check(leastFree: context.settings.intake.minFreeBytes)
    }

    /// Calls that wait for a receipt watch for the note: the receipts themselves come later.
    func noteCommit(isDispatchDue: Bool) {
        noteThatItGoesOn()
        afterCommit(isDispatchDue)
    }

    /// Without it, a run of minutes would look as if it stood still.
    func noteThatItGoesOn() {
        LastRun(endedAt: context.clock.now(), status: .done, text: "goes on")
            .keep(of: context.program, inSpool: spool.root)
    }

    /// Warns if orders were charged that cannot be sent: without a key the programs that talk to
    /// providers stop, and this one does not.
    mutating func warnOfKeys() throws {
        guard notes.counts.hasCharged, !hasWarnedOfKeys else { return }
        hasWarnedOfKeys = true
        let problems = context.settings.keyProblems(assumingEnvironment: false)
        for (provider, problem) in problems.sorted(by: { $0.key < $1.key }) {
            context.logger.warning(
                """
                orders were taken and charged, and none can be sent: a provider's key cannot be \
                read, so dispatch and poll stop; mend it, or set enabled: false for that provider
                """, metadata: ["provider": "\(provider)", "key": "\(problem)"])
        }
        for provider in try ledger.providersRefusingKey() {
            context.logger.warning(
                """
                orders were taken and charged, and those for a provider that refuses our key \
                wait; put the right key in its place, or set enabled: false for that provider
                """, metadata: ["provider": "\(provider)"])
        }
    }
}
