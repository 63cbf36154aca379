import Logging
import Settings
import Timestamps

/// Everything that a run gets from outside.
package struct RunContext: Sendable {
    /// The program's name, for example `dispatch`.
    package let program: String
    package let settings: Settings
    package let logger: Logger
    package let clock: WallClock
    package let progress: ProgressLine

    package init(
        program: String, settings: Settings, logger: Logger, clock: WallClock = .system,
        progress: ProgressLine = .hidden
    ) {
        self.program = program
        self.settings = settings
        self.logger = logger
        self.clock = clock
        self.progress = progress
    }
}
