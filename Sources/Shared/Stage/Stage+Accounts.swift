import Accounts
import SQLiteTables
import Settings
import Spool

extension Stage {
    /// Opens the accounts, and makes empty ones if there are none. If they were restored, all
    /// sessions end here, and every key waits for `admin key confirm`.
    ///
    /// - Returns: the accounts.
    /// - Throws: `AccountsError`, `StoreError`.
    package func openAccounts() throws -> Accounts {
        try Accounts.open(in: accountsFile, lastSeenIn: spool.accountsFile)
    }

    /// Opens the accounts if there are any.
    ///
    /// - Returns: the accounts; nil if nobody ever had a key.
    /// - Throws: `AccountsError`, `StoreError`.
    package func openExistingAccounts() throws -> Accounts? {
        try Accounts.openExisting(in: accountsFile, lastSeenIn: spool.accountsFile)
    }

    private var accountsFile: SQLiteFile {
        SQLiteFile(settings.accounts, holding: .accounts)
    }
}
