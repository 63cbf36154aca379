import Logging
import Run

/// Says that there is nobody to tell: neither mail nor webhooks are configured to be sent.
func notify(_ context: RunContext) -> Summary {
    context.logger.notice("nothing is configured to be sent: no mail, no webhook")
    return Summary("notified", ["sent": 0])
}
