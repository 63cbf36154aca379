/// The ledger's tables, as a history of migrations. Numbered SQL is never edited.
package enum Schema {
    /// `SMMG`, so that `file` and the next reader know whose database this is.
    package static let applicationID: Int32 = 0x534D_4D47

    /// `user_version` counts how many of these a database has.
    package static let migrations = [
        Schema1.sql, Schema2.sql, Schema3.sql, Schema4.sql, Schema5.sql,
    ]
}
