/// What dispatch knows of providers over the runs.
extension Schema4 {
    static let sending = """
        -- Its server was seen to close a connection that it had left open, without saying so: what
        -- is sent at that moment may be lost, so each order has a connection of its own from then
        -- on.
        ALTER TABLE providers ADD COLUMN closes_silently INTEGER NOT NULL DEFAULT 0
            CHECK (closes_silently IN (0, 1));
        -- A digest of our key, where it was paused because it does not take it: another key ends
        -- that.
        ALTER TABLE providers ADD COLUMN paused_key TEXT;

        -- The reseller whose order was sent to it last: the next one in the alphabet is next.
        ALTER TABLE providers ADD COLUMN last_turn TEXT;
        -- By reseller, because they take turns. One that waits for a link has no due date, and is
        -- not in it.
        DROP INDEX orders_to_send;
        CREATE INDEX orders_to_send ON orders (provider_id, user_id, due_at, id)
            WHERE state = 'accepted' AND due_at IS NOT NULL;
        CREATE INDEX orders_waiting_for_link ON orders (id)
            WHERE state = 'accepted' AND due_at IS NULL;

        -- Whether the rules sell it, by the last list: what a release puts on sale again at once.
        ALTER TABLE services ADD COLUMN is_wanted INTEGER NOT NULL DEFAULT 0 CHECK (is_wanted IN (0, 1));
        UPDATE services SET is_wanted = 1
            WHERE enabled = 1 OR (withheld = 'refused' AND fault IS NULL);

        """
}
