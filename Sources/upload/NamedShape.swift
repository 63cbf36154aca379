import BatchFiles
import Trade

/// The objects that the description of the calls names, by their names in it.
enum NamedShape: String, CaseIterable {
    case error = "Error"
    case batch = "Batch"
    case deskFile = "DeskFile"
    case line = "Line"
    case dropped = "Dropped"
    case waiting = "Waiting"
    case receipt = "Receipt"
    case receiptLine = "ReceiptLine"
    case order = "Order"
    case orders = "Orders"
    case outbox = "Outbox"
    case outboxFile = "OutboxFile"
    case balance = "Balance"
    case service = "Service"
    case services = "Services"
    case readiness = "Readiness"
    case panelCall = "PanelCall"
    case panelAnswer = "PanelAnswer"

    var shape: DescribedShape {
        switch self {
        case .error: .object([.always("error", .object(Members.error))])
        case .batch: .object(Members.batch, isWhole: true)
        case .deskFile: .object(Members.deskFile, isWhole: true)
        // What it needs depends on its array and its service; the receipt says what is wrong.
        case .line: .object()
        case .dropped: .object(Members.dropped)
        case .waiting: .object(Members.waiting)
        case .receipt: .object(Members.receipt)
        case .receiptLine: .object(Members.receiptLine)
        case .order: .object(Members.order)
        case .orders: .object(Members.orders)
        case .outbox: .object(Members.outbox)
        case .outboxFile: .object(Members.outboxFile)
        case .balance: .object([.always("balance", .amount), .always("currency", .text())])
        case .service: .object(Members.service)
        case .services: .object(Members.services)
        case .readiness: .object([.always("problems", .list(.text()))])
        // Every field is text, whatever it means.
        case .panelCall: .object(Self.panelFields.map { .perhaps($0, .text()) })
        case .panelAnswer: .either([.object(), .list(.object())])
        }
    }

    /// Every field of a call to the API v2.
    static let panelFields: [String] =
        ["key", "action", "service", "order", "orders", "refill", "refills", "limit", "ref"]
        + Parameter.allCases.map(\.rawValue)
}

/// What is in each.
private enum Members {
    typealias List = [DescribedShape.Member]

    static let number: ClosedRange<Int64> = 1...Int64.max
    static let count: ClosedRange<Int64> = 0...Int64.max
    static let digest = DescribedShape.text(pattern: "^[0-9a-f]{64}$")
    static let name = DescribedShape.text(
        pattern: "^[!-~]+$", limits: 1...Int64(Text.longestName))
    static let code = DescribedShape.word(RejectionCode.allCases.map(\.rawValue))

    static let error: List = [
        .always("code", .word(DoorError.Code.allCases.map(\.rawValue))),
        .always("message", .text()),
        .perhaps("sha256", .text()),
        .perhaps("received_at", .moment.orNull),
        .perhaps("receipt", .text()),
    ]

    private static let ofBatch: List = [
        .perhaps("batch", name),
        .perhaps("count", .integer(count)),
        .perhaps("total", .text(pattern: "^[0-9]{1,9}([.][0-9]{1,6})?$")),
        .perhaps("all_or_nothing", .flag),
        .perhaps("duplicate_links", .word(DuplicateLinks.allCases.map(\.rawValue))),
    ]
    static let batch: List = ofBatch + lines(of: .batch, .named(.line))

    private static let ofDeskFile: List = [
        .perhaps("batch", name), .perhaps("by", name), .perhaps("why", name),
    ]
    static let deskFile: List = ofDeskFile + lines(of: .desk, .named(.line))

    private static func lines(of form: FileForm, _ shape: DescribedShape) -> List {
        form.kinds.map { .perhaps($0.rawValue, .list(shape)) }
    }

    static let waiting: List = [
        .perhaps("file", .text()),
        .always("receipt", .text()),
        .always("next_ingest", .moment.orNull),
    ]

    static let dropped: List = [
        .always("file", .text()),
        .always("sha256", digest),
        .always("bytes", .integer(number)),
        .always("receipt", .text()),
        .always("next_ingest", .moment.orNull),
    ]

    private static let sums: List = [
        .always("received", .integer(count)),
        .always("accepted", .integer(count)),
        .always("rejected", .integer(count)),
    ]
    private static let ofReceipt: List = [
        .always("receipt", .integer(1...1)),
        .always("file", .text()),
        .always("sha256", digest),
        .always("bytes", .integer(count)),
        .always("batch", .text().orNull),
        .always("status", .word(["accepted", "partial", "rejected", "duplicate"])),
        .always("reason", code.orNull),
        .perhaps("detail", .text()),
        .perhaps("duplicate_of", .text()),
        .always("received_at", .moment),
        .always("currency", .text()),
        .always("lines", .object(sums)),
        .always("charged", .amount),
        .always("balance", .amount.orNull),
    ]
    static let receipt: List = ofReceipt + lines(of: .batch, .named(.receiptLine))

    static let receiptLine: List = [
        .always("line", .integer(number)),
        .perhaps("ref", .text()),
        .always("status", .word(["accepted", "rejected", "duplicate", "pending"])),
        .perhaps("code", code),
        .perhaps("detail", .text()),
        .perhaps("order", .integer(number)),
        .perhaps("charge", .amount),
    ]

    static let order: List = [
        .always("order", .integer(number)),
        .always("ref", .text()),
        .always("status", .word(OrderPage.statuses.map(\.word))),
        .always("start_count", .integer().orNull),
        .always("remains", .integer().orNull),
        .always("charge", .amount),
        .always("refunded", .amount),
        .always("service", .integer(number)),
        .always("link", .text().orNull),
        .always("quantity", .integer(count).orNull),
    ]
    static let orders: List = [
        .always("orders", .list(.named(.order))),
        .always("next_cursor", .integer(number).orNull),
    ]

    static let outboxFile: List = [
        .always("name", .text()),
        .always("bytes", .integer(count)),
        .always("modified_at", .moment),
    ]
    static let outbox: List = [
        .always("files", .list(.named(.outboxFile))),
        .always("next_ingest", .moment.orNull),
    ]

    static let service: List = [
        .always("service", .integer(number)),
        .always("name", .text()),
        .always("category", .text()),
        .always("type", .word(OrderType.all.map(\.name))),
        .always("rate", .amount),
        .always("min", .integer(count)),
        .always("max", .integer(count)),
        .always("dripfeed", .flag),
        .always("refill", .flag),
        .always("cancel", .flag),
    ]
    static let services: List = [
        .always("services", .integer(1...1)),
        .always("currency", .text()),
        .always("list", .list(.named(.service))),
    ]
}
