import GRDB
import Money
import Tables

/// Whose money a wallet counts.
enum WalletKey: Hashable {
    case user(UserID, UserWallet)
    case house(HouseWallet, Currency)
    case provider(ProviderID, ProviderWallet, Currency)
}

/// `available` can be spent; `held` is promised to open orders and withdrawals.
enum UserWallet: String {
    case available, held
}

/// Where money of the books comes from and goes to. `deposits` is the door it comes in by, and so
/// is negative; `payouts` the door it leaves by.
enum HouseWallet: String, CaseIterable {
    case deposits, payouts, revenue, fees, writeoff
}

/// `float` is what a provider holds for us; `spent` what he took of it.
enum ProviderWallet: String {
    case float, spent
}

/// Finds and opens wallets.
enum Wallets {
    /// The house's first wallet, there from the start: its currency is the ledger's.
    static let first = WalletID(1)

    static func openHouse(_ db: any Connection, currency: Currency) throws {
        for wallet in HouseWallet.allCases {
            try open(db, .house(wallet, currency))
        }
    }

    static func openUser(
        _ db: any Connection, _ user: UserID, currency: Currency, creditLimit: Amount
    )
        throws
    {
        for (wallet, minimum) in [(UserWallet.available, -creditLimit.micros), (.held, 0)] {
            try db.grdb.execute(
                literal: """
                    INSERT INTO wallets (user_id, name, currency, minimum)
                    VALUES (\(user), \(wallet.rawValue), \(currency), \(minimum))
                    """)
        }
    }

    /// A wallet of the house or of a provider; those of a user are opened with the user.
    private static func open(_ db: any Connection, _ key: WalletKey) throws {
        switch key {
        case .user(let user, _):
            preconditionFailure("the wallets of \(user) are opened with the user")
        case .house(let wallet, let currency):
            try db.grdb.execute(
                literal: """
                    INSERT INTO wallets (name, currency) VALUES (\(wallet.rawValue), \(currency))
                    """)
        case .provider(let provider, let wallet, let currency):
            try db.grdb.execute(
                literal: """
                    INSERT INTO wallets (provider_id, name, currency)
                    VALUES (\(provider), \(wallet.rawValue), \(currency))
                    """)
        }
    }

    /// The wallet's number and balance; one of the house or of a provider is opened if need be.
    static func find(_ db: any Connection, _ key: WalletKey) throws -> (
        id: WalletID, balance: Amount
    ) {
        if let found = try look(db, key) { return found }
        try open(db, key)
        return (WalletID(db.grdb.lastInsertedRowID), .zero)
    }

    private static func look(_ db: any Connection, _ key: WalletKey) throws -> (WalletID, Amount)? {
        let row =
            switch key {
            case .user(let user, let wallet):
                try row(db, user: user.rawValue, provider: 0, name: wallet.rawValue, currency: nil)
            case .house(let wallet, let currency):
                try row(db, user: "", provider: 0, name: wallet.rawValue, currency: currency)
            case .provider(let provider, let wallet, let currency):
                try row(
                    db, user: "", provider: provider.rawValue, name: wallet.rawValue,
                    currency: currency)
            }
        return row.map { ($0["id"], $0["balance"]) }
    }

    private static func row(
        _ db: any Connection, user: String, provider: Int64, name: String, currency: Currency?
    ) throws -> GRDB.Row? {
        try db.grdb.cachedStatement(
            sql: """
                SELECT id, balance FROM wallets
                WHERE coalesce(user_id, '') = ?1 AND coalesce(provider_id, 0) = ?2 AND name = ?3
                    AND currency = coalesce(?4, currency)
                """
        ).fetchRow([user, provider, name, currency])
    }
}

extension GRDB.Statement {
    /// The first row, if there is one.
    func fetchRow(_ arguments: StatementArguments) throws -> GRDB.Row? {
        try GRDB.Row.fetchOne(self, arguments: arguments)
    }
}
