import Accounts
import BatchFiles
import Doors
import HTTPTypes
import Ledger
import Logging
import Money
import PanelAPI
import Run
import Serving
import Settings
import Spool
import Trade

// The API v2: POST and GET /api/v2.
extension UploadCalls {
    var panelCalls: [DoorRoute] { [panelCall(.post), panelCall(.get)] }

    private func panelCall(_ method: HTTPRequest.Method) -> DoorRoute {
        let body: BodyRule = method == .get ? .none : .collected(upTo: CallForm.mostBytes)
        return DoorRoute(
            route: Route(method, "/api/v2", body: body) { call in
                // The key is in the body, as a rule. So all calls of an address share the limits
                // that a key has.
                Admission(meter: "api \(call.address)") { body in
                    try await answer(call, body.bytes)
                }
            },
            about: .init(
                summary: "The API v2, as the software of resellers calls it.",
                parameters: method == .get ? Self.fields : [],
                body: method == .get
                    ? nil
                    : .init(
                        shape: .named(.panelCall),
                        types: [
                            "application/x-www-form-urlencoded", "multipart/form-data",
                            "application/json",
                        ], isRequired: false),
                answers: [
                    200: .json([.panelAnswer], "The answer, or {\"error\"} in the trade's words."),
                    503: .json([.panelAnswer], "It cannot be answered now; nothing was changed."),
                    504: .json(
                        [.panelAnswer], "It may have been taken: ask again with the same ref."),
                ], errors: [.malformed, .too_slow, .too_large, .too_many_requests]))
    }

    /// The fields of a call that comes in the query.
    private static let fields = NamedShape.panelFields.map {
        DoorRoute.Parameter($0, .text(), "As in a form.")
    }

    /// Reads a call, looks up its key, and has it answered.
    private func answer(_ call: HTTPCall, _ body: [UInt8]) async throws -> HTTPAnswer {
        do throws(TradeError) {
            let form = try CallForm(
                query: call.query, contentType: call.fields[.contentType], body: body)
            guard let key = form["key"] ?? Gate.keyText(in: call.fields),
                let caller = try caller(key, call), let user = caller.owner.user
            else { throw .invalidKey }
            let panelCall = try PanelCall(form, idempotencyKey: call.fields[.idempotencyKey])
            guard caller.scopes.contains(panelCall.action.isQuestion ? .read : .orders) else {
                throw .notPermitted
            }
            var answer = await answer(panelCall, for: user)
            answer.holder = caller.owner.name
            return answer
        } catch {
            return Self.answer(CallAnswer(error))
        }
    }

    private func caller(_ key: String, _ call: HTTPCall) throws(TradeError) -> Caller? {
        do {
            return try gate.caller(key, call)
        } catch let error as DoorError where error.code == .user_banned {
            throw .inactiveUser
        } catch {
            context.logger.error(
                "a key cannot be looked up",
                metadata: ["call": "\(call.id)", "reason": "\(error)"])
            throw .throttled(retryAfter: 5)
        }
    }

    private func answer(_ call: PanelCall, for user: UserID) async -> HTTPAnswer {
        do {
            return Self.answer(try await call.answer(at: desk(of: user)))
        } catch {
            context.logger.error(
                "a call to the API v2 failed",
                metadata: ["action": "\(call.action.rawValue)", "reason": "\(error)"])
            return Self.answer(call.action.isQuestion ? .broken : .unanswered)
        }
    }

    private func desk(of user: UserID) -> CallDesk {
        CallDesk(
            currency: context.settings.currency,
            rules: CallRules(
                links: context.settings.links,
                minProfit: context.settings.pricing.minProfitPercent),
            look: { body in try doors.ledger.read { try $0.show(user, body) } },
            take: { lines in try await take(lines, of: user) })
    }

    /// Has lines taken, all at once, and says what became of each, in their order. Without room on
    /// the disk none is taken.
    private func take(_ lines: [CallLine], of user: UserID) async throws -> [LineFate] {
        do {
            try checkRoom(0)
        } catch let error as DoorError where error.code == .no_room {
            return lines.map { _ in .withdrawn }
        }
        return try await withThrowingTaskGroup(of: (Int, LineFate).self) { group in
            for (index, line) in lines.enumerated() {
                group.addTask {
                    let gathered = GatheredLine(
                        line.kind, object: line.object,
                        duplicateLinks: line.refusesSecondOrder
                            ? settings.duplicateLinks.rawValue : nil)
                    return (index, LineFate(try await doors.gathering.add(gathered, for: user)))
                }
            }
            var fates = [LineFate](repeating: .unanswered, count: lines.count)
            for try await (index, fate) in group { fates[index] = fate }
            return fates
        }
    }

    private static func answer(_ answer: CallAnswer) -> HTTPAnswer {
        var http = HTTPAnswer.json(HTTPResponse.Status(code: answer.status), answer.body)
        if let seconds = answer.retryAfter { http.fields[.retryAfter] = "\(seconds)" }
        return http
    }
}

extension LineFate {
    /// What the receipt says of a line, or why there is none.
    fileprivate init(_ answer: LineAnswer) {
        switch answer {
        case .known(let line):
            guard line.status == "rejected" else {
                self = .done(line.order.map { OrderID($0) })
                return
            }
            self = .refused(line.code.flatMap(RejectionCode.init(rawValue:)) ?? .badValue)
        case .refused(let code, _): self = .refused(RejectionCode(rawValue: code) ?? .badValue)
        case .withdrawn: self = .withdrawn
        case .taken: self = .unanswered
        }
    }
}
