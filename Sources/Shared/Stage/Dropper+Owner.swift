import Ledger
import Spool

extension Dropper {
    /// The owner of its files in the ledger; nobody if no user can have the name.
    package var inLedger: FileOwner {
        switch self {
        case .desk: FileOwner(user: nil)
        case .namedDesk(let name): FileOwner(user: nil, desk: name)
        case .reseller(let name): UserID(rawValue: name).map { FileOwner(user: $0) } ?? .nobody
        }
    }
}

extension FileOwner {
    /// Who dropped its files, as the spool knows them.
    package var dropper: Dropper {
        user.map { .reseller($0.rawValue) } ?? desk.map { .namedDesk($0) } ?? .desk
    }
}
