/// What poll asks, how often, and when it gives up asking.
extension Schema4 {
    static let following = """
        -- How a provider answers, where that is not as the trade does: learnt by asking.
        CREATE TABLE provider_habits (
            provider_id INTEGER NOT NULL REFERENCES providers(id),
            habit TEXT NOT NULL CHECK (habit = 'status'),
            value TEXT NOT NULL,
            learned_at INTEGER NOT NULL,
            PRIMARY KEY (provider_id, habit)
        ) STRICT, WITHOUT ROWID;

        -- How many answers passed over a request.
        ALTER TABLE requests ADD COLUMN unanswered INTEGER NOT NULL DEFAULT 0
            CHECK (unanswered >= 0);

        -- Orders in doubt that have no link are compared by user name.
        CREATE INDEX orders_unanswered_by_name ON orders (provider_id, parameters ->> '$.username')
            WHERE link IS NULL AND (state = 'sending' OR state = 'in_doubt');
        """
}
