import Accounts
import Doors
import HTTPTypes
import Ledger
import Logging
import Run
import Serving
import Settings
import Spool
import StrictJSON
import Timestamps

/// What all calls of `upload` work with. Extensions have the calls, a file for each subject; the
/// table of all is `routes`.
struct UploadCalls: Sendable {
    let context: RunContext
    let spool: Spool
    let doors: Doors
    let gate: Gate
    let figures: CallFigures
    let ingest: IngestSighting

    var settings: UploadSettings { context.settings.upload }

    /// Every call, in the order of the manual.
    var routes: [DoorRoute] {
        fileCalls + orderCalls + receiptCalls + outboxCalls + ownCalls + panelCalls
            + operationCalls
    }

    /// The answer to a call that failed.
    ///
    /// Only what is unexpected is logged: all else is the caller's business.
    @Sendable func explain(_ error: any Error, _ call: HTTPCall?) -> HTTPAnswer {
        switch error {
        case let error as DoorError: return error.answer
        case let refusal as ServingRefusal: return DoorError(refusal).answer
        case let error as SystemError where error.isNoRoom: return DoorError.noRoom.answer
        default:
            context.logger.error(
                "a call failed",
                metadata: ["call": "\(call?.id ?? "-")", "reason": "\(error)"])
            // Another ledger lies in the place of ours, or none: the operator is at work there.
            return error is LedgerError ? DoorError.booksClosed.answer : DoorError.unexpected.answer
        }
    }

    /// Lets a call in, for a route whose answer needs no more than the caller.
    func admitting(
        _ scopes: [KeyScope],
        _ respond: @escaping @Sendable (HTTPCall, Caller) async throws -> HTTPAnswer
    ) -> Route.Admit {
        { call in
            let caller = try gate.admit(call, scopes)
            return Admission(holder: caller.owner.name, meter: caller.meter) { _ in
                try await respond(call, caller)
            }
        }
    }

    /// When `ingest` takes the next files; nil if nobody knows.
    var nextIngest: Timestamp? {
        settings.startsIngest || ingest.isThere ? context.clock.now() : nil
    }
}

extension HTTPCall {
    /// Reads the query.
    ///
    /// - Parameter known: the names that the call takes.
    /// - Returns: the values by name.
    /// - Throws: `DoorError.badQuery` for any other name, one that comes twice, and an escape that
    ///   is none.
    func query(_ known: String...) throws(DoorError) -> [String: String] {
        var values: [String: String] = [:]
        for pair in (query ?? "").split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decoded(parts[0]), known.contains(name) else {
                let names = known.isEmpty ? "nothing" : known.joined(separator: ", ")
                throw .badQuery("The query takes only \(names).")
            }
            guard let value = Self.decoded(parts.count > 1 ? parts[1] : "") else {
                throw .badQuery("\(name) has an escape that is none.")
            }
            guard values.updateValue(value, forKey: name) == nil else {
                throw .badQuery("\(name) comes twice.")
            }
        }
        return values
    }

    /// Percent escapes decoded once; a plus is a blank, as in forms.
    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                let digits = String(Substring(rest.prefix(2)))
                // Of numbers a sign would do.
                guard digits.utf8.count == 2, digits.allSatisfy(\.isHexDigit),
                    let value = UInt8(digits, radix: 16)
                else { return nil }
                bytes.append(value)
                rest = rest.dropFirst(2)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

extension [String: String] {
    /// A whole number of the query.
    ///
    /// - Throws: `DoorError.badQuery`.
    func number(
        _ name: String, _ range: ClosedRange<Int64>
    ) throws(DoorError) -> Int64? {
        guard let text = self[name] else { return nil }
        guard let number = Int64(text), range.contains(number), text.utf8.first != 0x2B else {
            throw .badQuery(
                "\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }
}
