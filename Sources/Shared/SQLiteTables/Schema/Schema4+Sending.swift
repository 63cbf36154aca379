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
        -- By reseller, because they take turns.
        DROP INDEX orders_to_send;
        CREATE INDEX orders_to_send ON orders (provider_id, user_id, due_at, id)
            WHERE state = 'accepted';
        -- Those that wait for a link, where links are no longer waited for.
        CREATE INDEX orders_waiting_for_link ON orders (id)
            WHERE state = 'accepted' AND due_at IS NULL;
        -- A refusal as a duplicate looks for the doubt that it speaks for, among any number of open
        -- orders for the link.
        CREATE INDEX orders_in_doubt_by_link ON orders (link) WHERE state = 'in_doubt';

        -- Whether the rules sell it, by the last list: what a release puts on sale again at once.
        ALTER TABLE services ADD COLUMN is_wanted INTEGER NOT NULL DEFAULT 0 CHECK (is_wanted IN (0, 1));
        UPDATE services SET is_wanted = 1
            WHERE enabled = 1 OR (withheld = 'refused' AND fault IS NULL);

        """
}
