import Hummingbird
import NIOCore
import StrictJSON

/// The longest step of the clock, in seconds: ten years.
private let maximumAdvance: Int64 = 315_360_000

/// The path by which a test looks behind the panel and controls it.
func addControlRoutes(to router: Router<SandboxContext>, _ panel: Panel) {
    let control = router.group("/control").add(middleware: LoopbackOnly())
    control.get("orders") { _, _ in
        response(to: await panel.account)
    }
    control.get("orders/{order}") { _, context in
        do throws(Refusal) {
            return response(to: try await panel.account(of: context.parameters.get("order")))
        } catch {
            return response(to: .refused(error), Dialect([.codes]))
        }
    }
    control.post("misbehave") { request, context in
        guard let wish = await json(request, context), let action = wish["action"]?.text,
            let how = wish["how"]?.text, let prank = Panel.Prank(how, wish)
        else {
            return wrong(
                """
                misbehave wants {"action":"status","how":"html","times":3}, how being one of \
                \(Manual.faults); nothing was changed
                """)
        }
        await panel.misbehave(on: action, prank)
        return done
    }
    control.post("advance") { request, context in
        guard let seconds = await json(request, context)?["seconds"]?.integer,
            (0...maximumAdvance).contains(seconds)
        else {
            return wrong(
                """
                advance wants {"seconds":N}, N from 0 to \(maximumAdvance); the clock was not moved
                """)
        }
        return response(to: .object(["clock": .id(await panel.advance(seconds: seconds))]))
    }
    control.post("reset") { _, _ in
        await panel.reset()
        return done
    }
}

/// Lets only this machine use the control path, because that needs no key.
private struct LoopbackOnly: RouterMiddleware {
    func handle(
        _ request: Request, context: SandboxContext,
        next: (Request, SandboxContext) async throws -> Response
    ) async throws -> Response {
        let address = context.channel.remoteAddress?.ipAddress ?? ""
        guard address.hasPrefix("127.") || address == "::1" else {
            return wrong("the control path answers to this machine only", .forbidden)
        }
        return try await next(request, context)
    }
}

extension Panel.Prank {
    fileprivate init?(_ how: String, _ wish: JSONValue) {
        let isAfter = wish["after"] == .bool(true)
        if how == "not_found" {
            self.how = .blindness
        } else if let fault = Fault(rawValue: how) {
            self.how = .fault(fault, after: isAfter)
        } else {
            return nil
        }
        times = Int(wish["times"]?.integer ?? 1)
    }
}

extension JSONValue {
    fileprivate var text: String? {
        if case .string(let text) = self { text } else { nil }
    }
    fileprivate var integer: Int64? {
        if case .number(let number) = self { number.integer } else { nil }
    }
}

private func json(_ request: Request, _ context: SandboxContext) async -> JSONValue? {
    guard let body = try? await request.body.collect(upTo: context.maxUploadSize) else {
        return nil
    }
    return try? JSONValue(parsing: Array(body.readableBytesView))
}

private var done: Response { response(to: .object(["status": .text("ok")])) }

private func wrong(_ sentence: String, _ status: HTTPResponse.Status = .badRequest) -> Response {
    var response = response(to: .object(["error": .text(sentence)]))
    response.status = status
    return response
}
