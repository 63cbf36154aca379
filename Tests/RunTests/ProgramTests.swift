import ArgumentParser
import Testing

@testable import Run

@Test(arguments: [
    (
        "Error: Unknown option '--bogus'\nUsage: ingest",
        "Error: Unknown option '--bogus'. Nothing was run.\nUsage: ingest"
    ),
    ("Error: Give a user.", "Error: Give a user. Nothing was run."),
    ("Error: No user; nothing was dropped.", "Error: No user; nothing was dropped."),
])
func `a wrong command line says that nothing was run`(message: String, told: String) {
    #expect(StageOptionsOnly.wrongUsage(message) == told)
}

private struct StageOptionsOnly: Program {}
