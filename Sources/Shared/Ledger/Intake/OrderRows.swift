import Money
import Tables

/// Writes orders of one file that follow each other, several with one statement: for a statement of
/// its own, SQLite opens and closes the table and its ten indexes for each row, a third of what an
/// order costs.
struct OrderRows {
    /// The most orders that one statement writes. More in one would save no more.
    static let most = 1 << (texts.count)

    private let db: any Connection
    private var statements: [(any Statement)?] = Array(repeating: nil, count: texts.count)

    init(_ db: any Connection) {
        self.db = db
    }

    /// How many of `count` orders the next statement writes: 2, 4, 8, 16 or 32; 1 of one order.
    static func size(for count: Int) -> Int {
        count < 2 ? count : min(most, 1 << (Int.bitWidth - 1 - count.leadingZeroBitCount))
    }

    /// The statement for `size` orders, from 2 on, as `size(for:)` gives it.
    ///
    /// Its parameters are the user, the file, the moment, the number of the first order; then those
    /// of each order, as `Self.insert` binds them.
    private mutating func statement(_ size: Int) throws -> any Statement {
        let index = size.trailingZeroBitCount - 1
        if let known = statements[index] { return known }
        let statement = try db.statement(Self.texts[index])
        statements[index] = statement
        return statement
    }

    private static let texts = (1...5).map { text(1 << $0) }
    private static let parametersOfAll = 4
    private static let parametersOfEach = 11

    private static func text(_ size: Int) -> String {
        let rows = (0..<size).map { row in
            let first = parametersOfAll + parametersOfEach * row + 1
            let own = (first..<first + parametersOfEach).map { "?\($0)" }
            return "(?4 + \(row), ?1, ?2, \(own.joined(separator: ", ")), 'accepted', ?3, ?3)"
        }
        return """
            INSERT INTO orders (id, user_id, file_id, line, ref, service_id, link, quantity,
                                parameters, billed_units, charge, provider_id, sale_id, link_key,
                                state, due_at, created_at)
            VALUES \(rows.joined(separator: ",\n"))
            """
    }
}

/// An order of a file that nothing stands against but an earlier order of its reference.
struct UnwrittenOrder {
    let order: NewOrder
    let line: ResellerLine
}

extension OrderRows {
    /// Writes all of `orders`, of which there are as many as `size(for:)` gives, or none of them.
    ///
    /// - Parameters:
    ///   - orders: what to write. Their numbers follow each other.
    ///   - first: the number of the first.
    ///   - draft: their file.
    /// - Returns: false if the schema refused one of them, for example because its reference was
    ///   used before.
    /// - Throws: `StoreError`.
    mutating func insert(
        _ orders: ArraySlice<UnwrittenOrder>, from first: OrderID, of draft: ResellerDraft
    ) throws -> Bool {
        let intake = draft.intake
        let insertion = try statement(orders.count)
        insertion.bind(1, draft.user)
        insertion.bind(2, draft.file)
        insertion.bind(3, intake.now)
        insertion.bind(4, first)
        var next = Self.parametersOfAll + 1
        for one in orders {
            let order = one.order
            insertion.bind(next, one.line.number)
            insertion.bind(next + 1, order.ref)
            insertion.bind(next + 2, order.service)
            insertion.bind(next + 3, order.link)
            insertion.bind(next + 4, order.quantity)
            insertion.bind(next + 5, order.parameters)
            insertion.bind(next + 6, order.billedUnits)
            insertion.bind(next + 7, order.charge)
            insertion.bind(next + 8, order.provider)
            insertion.bind(next + 9, try intake.sale(of: order.service))
            insertion.bind(next + 10, order.linkKey)
            next += Self.parametersOfEach
        }
        do {
            try insertion.run()
            return true
        } catch let error as StoreError where error.kind == .constraint {
            return false
        }
    }
}
