/// What `orders.due_at` means, which depends on the order's state.
///
/// | state | `due_at` | NULL |
/// |---|---|---|
/// | `accepted` | when it may be sent | it waits for an earlier order of its link |
/// | `sending` | when it was due; means nothing now | – |
/// | `placed` | when to ask its provider about it | never |
/// | `in_doubt` | – | always: `providers.inquiry_due` says when its provider is asked |
/// | `completed`, `partial`, `canceled` | when to ask about it once more (look back) | not again |
/// | `refused` | – | always |
///
/// `Reach` makes everything due now that a wrong clock put too far ahead.
///
/// The conditions are those of the partial indexes: SQLite uses such an index only if the query
/// repeats its condition word for word.
enum DueDate {
    /// An order that may be sent once it is due.
    static let isToSend = "state = 'accepted' AND due_at IS NOT NULL"
    /// An order that waits until the one before it for its link ends.
    static let waitsForLink = "state = 'accepted' AND due_at IS NULL"
    /// An ended order `o` that is asked about once more.
    static let isToLookBack = """
        o.due_at IS NOT NULL
        AND (o.state = 'completed' OR o.state = 'partial' OR o.state = 'canceled')
        """
}
