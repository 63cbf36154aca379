import StrictJSON
import Timestamps

extension Dialect {
    /// Writes one meaning in this panel's spelling.
    func write(_ reply: Reply, to writer: inout JSONWriter) {
        switch reply {
        case .object(let members):
            writer.beginObject()
            write(members, to: &writer)
            writer.endObject()
        case .list(let replies), .catalogue(let replies):
            writer.beginArray()
            for reply in replies { write(reply, to: &writer) }
            writer.endArray()
        case .placed(let order): write(.object(["order": .id(order)]), to: &writer)
        case .byID(let answers): write(byID: answers, to: &writer)
        case .text(let text): writer.string(text)
        case .id(let id): has(.strings) ? writer.string(String(id)) : writer.integer(id)
        case .count(let count?): write(number: String(count), to: &writer)
        case .count(nil): has(.words) ? writer.string("Unknown") : writer.null()
        case .price(let price): write(number: Self.trimmed(price), to: &writer)
        case .flag(let flag): write(flag, to: &writer)
        case .moment(let moment): write(moment, to: &writer)
        case .type(let type): writer.string(has(.words) ? Self.underscored(type) : type)
        case .status(let status): writer.string(word(for: status))
        case .refused(let refusal): write(.object(["error": .text(refusal.text)]), to: &writer)
        }
    }

    private func write(_ members: KeyValuePairs<String, Reply>, to writer: inout JSONWriter) {
        for (name, value) in members {
            writer.key(has(.names) ? Self.otherNames[name] ?? name : name)
            write(value, to: &writer)
        }
    }

    /// Several answers, by id: an object, or a list whose objects name their id.
    private func write(byID answers: [(id: String, reply: Reply)], to writer: inout JSONWriter) {
        has(.lists) ? writer.beginArray() : writer.beginObject()
        for (id, reply) in answers {
            if case .refused = reply, has(.silent) { continue }
            if !has(.lists) { writer.key(id) }
            switch reply {
            case .refused(let refusal) where has(.bare): writer.string(refusal.text)
            case .refused(let refusal): write(["error": .text(refusal.text)], of: id, to: &writer)
            case .object(let members): write(members, of: id, to: &writer)
            default: write(reply, to: &writer)
            }
        }
        has(.lists) ? writer.endArray() : writer.endObject()
    }

    /// One object among several; in a list it names its id first.
    private func write(
        _ members: KeyValuePairs<String, Reply>, of id: String, to writer: inout JSONWriter
    ) {
        writer.beginObject()
        if has(.lists) { write(["order": .sent(id)], to: &writer) }
        write(members, to: &writer)
        writer.endObject()
    }

    /// A number that the vendor prints as a string.
    private func write(number: String, to writer: inout JSONWriter) {
        if has(.numbers), !has(.strings) {
            writer.rawNumber(number)
        } else {
            writer.string(has(.separators) ? Self.separated(number) : number)
        }
    }

    private func write(_ flag: Bool, to writer: inout JSONWriter) {
        if has(.words) {
            writer.string(flag ? "yes" : "no")
        } else if has(.strings) {
            writer.string(flag ? "1" : "0")
        } else if has(.numbers) {
            writer.integer(flag ? 1 : 0)
        } else {
            writer.bool(flag)
        }
    }

    /// Seconds since 1970, or the vendor's form: in UTC, without saying so.
    private func write(_ moment: Timestamp, to writer: inout JSONWriter) {
        if has(.numbers) {
            writer.integer(moment.milliseconds / 1_000)
        } else {
            writer.string(moment.description.replacing("T", with: " ").replacing("Z", with: ""))
        }
    }

    private func word(for status: Status) -> String {
        let (vendors, other) =
            switch status {
            case .pending: ("Pending", "Queued")
            case .inProgress: ("In progress", "INPROGRESS")
            case .completed: ("Completed", "Complete")
            case .partial: ("Partial", "PARTIALLY")
            case .canceled: ("Canceled", "Cancelled")
            case .active: ("Active", "active")
            case .expired: ("Expired", "expired")
            case .rejected: ("Rejected", "Refused")
            case .frozen: ("Frozen", "Frozen")
            }
        return has(.words) ? other : vendors
    }

    private static let otherNames = [
        "order": "order_id", "start_count": "start_counter", "dripfeed": "drip_feed",
    ]

    /// `Custom Comments` as `custom_comments`.
    private static func underscored(_ type: String) -> String {
        type.lowercased().replacing(" ", with: "_")
    }

    /// A price of six decimals as the vendor prints it: with two decimals, or as many as it needs.
    private static func trimmed(_ price: String) -> String {
        var text = Substring(price)
        while text.last == "0", text.dropLast(3).contains(".") {
            text = text.dropLast()
        }
        return String(text)
    }

    /// `1234567.50` as `1,234,567.50`.
    private static func separated(_ number: String) -> String {
        let whole = number.prefix { $0 != "." }
        let grouped = whole.enumerated().map { place, digit in
            place > 0 && (whole.count - place) % 3 == 0 ? ",\(digit)" : String(digit)
        }
        return grouped.joined() + number.dropFirst(whole.count)
    }
}
