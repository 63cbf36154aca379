/// The tables of one kind of database, as a history of migrations. Numbered SQL is never edited.
package struct Schema: Sendable {
    /// What the engine's errors call such a database.
    let label: String
    /// So that `file` and the next reader know whose database it is.
    package let applicationID: Int32
    /// `user_version` counts how many of these a database has.
    package let migrations: [String]

    /// `SMMG`.
    package static let ledger = Schema(
        label: "ledger", applicationID: 0x534D_4D47,
        migrations: [Schema1.sql, Schema2.sql, Schema3.sql, Schema4.sql, Schema5.sql])

    /// `SMMA`: keys, and who may use the pages.
    package static let accounts = Schema(
        label: "accounts", applicationID: 0x534D_4D41, migrations: [AccountSchema1.sql])
}
