import NIOCore

/// One timer for whatever a connection waits for. It is set anew only when it fires, or when it
/// would fire too late: most deadlines move before they pass.
extension HTTPConnection {
    func setDeadline(in time: Duration, if isWanted: Bool = true) {
        let time = isWanted ? time : limits.idleTime
        deadline = .now() + TimeAmount(time)
        armTimer()
    }

    func armTimer() {
        guard let deadline, let context else { return }
        if let timer, timer.due <= deadline { return }
        timer?.1.cancel()
        timer = (
            deadline,
            context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { [weak self] in
                self?.timerFired()
            }
        )
    }

    private func timerFired() {
        timer = nil
        guard let deadline else { return }
        guard deadline <= .now() else { return armTimer() }
        self.deadline = nil
        switch phase {
        case .idle, .draining, .replying: close()
        case .head: refuse(ServingRefusal.slowHead)
        case .collecting, .streaming:
            if let exchange { fail(.slowBody(exchange.lateness(limits).1)) }
        case .admitting, .working, .closed: break
        }
    }
}
