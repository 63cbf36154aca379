import Logging
import Run

/// Says that nothing is sent: mail and webhooks are not implemented yet, but the command and its
/// settings are promised already (contract.md §1, §2).
func notify(_ context: RunContext) -> Summary {
    context.logger.notice("nothing was sent: mail and webhooks are not there yet")
    return Summary("notified", ["sent": 0])
}
