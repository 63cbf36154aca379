import Money
import Tables

/// Whose money a wallet counts.
enum WalletKey: Hashable {
    case user(UserID, UserWallet)
    case house(HouseWallet, Currency)
    case provider(ProviderID, ProviderWallet, Currency)
}

/// `available` can be spent; `held` is promised to open orders and withdrawals.
enum UserWallet: String, Column {
    case available, held
}

/// The sources and destinations of the books' money. It comes in through `deposits`, which is
/// therefore negative, and leaves through `payouts`.
enum HouseWallet: String, CaseIterable, Column {
    case deposits, payouts, revenue, fees, writeoff
}

/// `float` is the money that a provider holds for us; `spent` is the money that it has taken.
enum ProviderWallet: String, Column {
    case float, spent
}

/// Finds and opens wallets.
enum Wallets {
    /// The house's first wallet, there from the start: its currency is the ledger's.
    static let first = WalletID(1)

    static func houseCurrency(_ db: any Connection) throws -> Currency {
        try db.statement("SELECT currency FROM wallets WHERE id = ?1").bound(to: first)
            .one { try $0[0] }
    }

    static func openHouse(_ db: any Connection, currency: Currency) throws {
        for wallet in HouseWallet.allCases {
            try open(db, .house(wallet, currency))
        }
    }

    static func openUser(
        _ db: any Connection, _ user: UserID, currency: Currency, creditLimit: Amount
    ) throws {
        for (wallet, minimum) in [(UserWallet.available, -creditLimit.micros), (.held, 0)] {
            try db.run(
                """
                INSERT INTO wallets (user_id, name, currency, minimum)
                VALUES (\(user), \(wallet), \(currency), \(minimum))
                """)
        }
    }

    /// A wallet of the house or of a provider; those of a user are opened with the user.
    private static func open(_ db: any Connection, _ key: WalletKey) throws {
        switch key {
        case .user(let user, _):
            preconditionFailure("the wallets of \(user) are opened with the user")
        case .house(let wallet, let currency):
            try db.run("INSERT INTO wallets (name, currency) VALUES (\(wallet), \(currency))")
        case .provider(let provider, let wallet, let currency):
            try db.run(
                """
                INSERT INTO wallets (provider_id, name, currency)
                VALUES (\(provider), \(wallet), \(currency))
                """)
        }
    }

    /// The wallet's number and balance. One of the house or of a provider is opened if need be.
    static func find(
        _ db: any Connection, _ key: WalletKey
    ) throws -> (id: WalletID, balance: Amount) {
        if let found = try look(db, key) { return found }
        try open(db, key)
        return (WalletID(db.lastInsertedID), .zero)
    }

    private static func look(_ db: any Connection, _ key: WalletKey) throws -> (WalletID, Amount)? {
        let statement = try db.statement(
            """
            SELECT id, balance FROM wallets
            WHERE coalesce(user_id, '') = ?1 AND coalesce(provider_id, 0) = ?2 AND name = ?3
                AND currency = coalesce(?4, currency)
            """)
        switch key {
        case .user(let user, let wallet):
            bind(statement, user: user.rawValue, wallet.rawValue)
        case .house(let wallet, let currency):
            bind(statement, wallet.rawValue, currency)
        case .provider(let provider, let wallet, let currency):
            bind(statement, provider: provider.rawValue, wallet.rawValue, currency)
        }
        return try statement.first { (try $0[0], try $0[1]) }
    }

    private static func bind(
        _ statement: any Statement, user: String = "", provider: Int64 = 0, _ name: String,
        _ currency: Currency? = nil
    ) {
        _ = statement.bound(to: user, provider, name, currency)
    }
}
