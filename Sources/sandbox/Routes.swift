import Hummingbird
import Logging
import NIOCore

/// A request's context that knows the connection, so that it can break it.
struct SandboxContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }
}

/// All routes of a sandbox.
func buildRouter(_ options: SandboxOptions, _ panel: Panel) -> Router<SandboxContext> {
    let router = Router(context: SandboxContext.self)
    router.get("/healthz") { _, _ in "ok\n" }
    for method in [HTTPRequest.Method.get, .post] {
        router.on("/api/v2", method: method) { request, context in
            try await answer(request, context, options, panel)
        }
    }
    addControlRoutes(to: router, panel)
    return router
}

/// Answers one request to the API v2.
///
/// 1. Read the whole body: a request that was not wholly sent does not count.
/// 2. Let the panel count it, do it, and say what to answer.
/// 3. Answer, or misbehave as the panel says.
private func answer(
    _ request: Request, _ context: SandboxContext, _ options: SandboxOptions, _ panel: Panel
) async throws -> Response {
    var request = request
    let body = try await request.collectBody(upTo: context.maxUploadSize)
    let form: RequestForm
    do throws(Refusal) {
        form = try RequestForm(query: request.uri.query, body: Array(body.readableBytesView))
    } catch {
        return response(to: .refused(error), options.dialect)
    }

    let answer = await panel.answer(form)
    context.logger.info(
        "answered",
        metadata: [
            "action": "\(form["action"] ?? "none")", "fault": "\(answer.fault?.rawValue ?? "none")",
        ])
    try await Task.sleep(for: options.latency)
    let response = response(to: answer.reply, options.dialect)
    guard let fault = answer.fault else { return response }
    return try await FaultyAnswer(request: request, channel: context.channel, slow: options.slow)
        .spoil(response, options.dialect.body(answer.reply), by: fault)
}

/// `reply` as an HTTP response.
func response(to reply: Reply, _ dialect: Dialect = Dialect()) -> Response {
    Response(
        status: .init(code: dialect.status(reply)), headers: [.contentType: "application/json"],
        body: .init(byteBuffer: ByteBuffer(bytes: dialect.body(reply))))
}
