/// What stands still, and whether somebody was told.
extension Schema4 {
    static let standing = waitingForPeople

    /// What `admin status` counts: of tables that grow with the years, only what waits.
    private static let waitingForPeople = """
        CREATE INDEX withdrawals_held ON withdrawals (created_at) WHERE status = 'held';
        CREATE INDEX deposits_claimed ON deposits (claimed_at) WHERE status = 'pending';
        CREATE INDEX exceptions_by_time ON exceptions (at);
        CREATE INDEX exceptions_by_order ON exceptions (order_id) WHERE order_id IS NOT NULL;
        """
}
