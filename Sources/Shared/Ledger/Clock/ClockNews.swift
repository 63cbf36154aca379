import Timestamps

/// What a run logs about the clock: a fixed message with its figures.
package struct ClockNews: Sendable {
    package let message: String
    package let figures: [String: String]
}

extension Ledger {
    /// Checks whether the clock was set back, or ahead by days, since the ledger was last written
    /// to, and makes everything due now that a wrong clock put out of reach.
    ///
    /// - Parameters:
    ///   - reach: how far ahead due dates can lie; nil for a program that has none.
    ///   - now: the time.
    /// - Returns: what to log.
    /// - Throws: `StoreError`, `LedgerError`.
    package func mendClock(_ reach: Reach?, at now: Timestamp) throws -> [ClockNews] {
        var news: [ClockNews] = []
        noteRun(at: now)
        if let jump = try noteClockJump(at: now) {
            news.append(
                ClockNews(
                    message: jump.wentBack
                        ? "the clock went back since the last run that wrote to the ledger"
                        : "the clock is days ahead of the last run that wrote to the ledger",
                    figures: ["last": "\(jump.was)", "now": "\(jump.became)"]))
        }
        if let reach {
            let brought = try bringIntoReach(reach, at: now)
            if brought > 0 {
                news.append(
                    ClockNews(
                        message: "the clock was wrong: what it put off is due now",
                        figures: ["due_dates": "\(brought)"]))
            }
        }
        return news
    }
}
