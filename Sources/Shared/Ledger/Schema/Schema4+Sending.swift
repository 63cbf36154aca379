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

        """
}
