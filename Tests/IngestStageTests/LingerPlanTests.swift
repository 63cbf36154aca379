import Spool
import Testing

@testable import IngestStage

/// When a run that lingers looks, and when it ends.
@Suite struct LingerPlanTests {
    private let start = ContinuousClock.now
    private let acme = Dropper.reseller("acme")

    private func plan(quiet: Int = 5, settle: Int = 2) -> LingerPlan {
        LingerPlan(quietSeconds: quiet, settleSeconds: settle, from: start)
    }

    private func after(_ milliseconds: Int) -> ContinuousClock.Instant {
        start + .milliseconds(milliseconds)
    }

    @Test func `it looks everywhere first, and ends when nothing came`() {
        var plan = plan()
        #expect(plan.next(at: start) == .lookEverywhere)
        plan.noteLook(at: nil, [:], hasTaken: false, start)
        #expect(plan.next(at: start) == .wait(.seconds(5)))
        #expect(plan.next(at: after(4_999)) == .wait(.milliseconds(1)))
        #expect(plan.next(at: after(5_000)) == .end)
    }

    @Test func `a file in an inbox is looked at once it has settled`() {
        var plan = plan()
        plan.noteLook(at: nil, [:], hasTaken: false, start)
        plan.noteNews(ofInboxes: [acme], at: after(1_000))
        #expect(plan.next(at: after(1_000)) == .wait(.seconds(2)))
        // News of the same inbox does not put the look off.
        plan.noteNews(ofInboxes: [acme], at: after(2_500))
        #expect(plan.next(at: after(3_000)) == .look(DropPlaces(inboxes: [acme])))
        // It was written to until then.
        plan.noteLook(at: DropPlaces(inboxes: [acme]), [acme: 1_500], hasTaken: false, after(3_000))
        #expect(plan.next(at: after(3_000)) == .wait(.milliseconds(1_500)))
        #expect(plan.next(at: after(4_500)) == .look(DropPlaces(inboxes: [acme])))
    }

    @Test func `many files that settle one after the other share a look`() {
        var plan = plan()
        plan.noteLook(at: nil, [acme: 1], hasTaken: false, start)
        #expect(plan.next(at: start) == .wait(.milliseconds(200)))
    }

    @Test func `without settling, and in doors, a file is looked at when it comes`() {
        var plan = plan(settle: 0)
        plan.noteLook(at: nil, [:], hasTaken: false, start)
        plan.noteNews(ofInboxes: [acme], at: after(10))
        #expect(plan.next(at: after(10)) == .look(DropPlaces(inboxes: [acme])))
        plan.noteLook(at: DropPlaces(inboxes: [acme]), [:], hasTaken: true, after(11))
        plan.noteNews(ofDoors: [acme], at: after(20))
        #expect(plan.next(at: after(20)) == .look(DropPlaces(doors: [acme])))
        plan.noteLook(at: DropPlaces(doors: [acme]), [:], hasTaken: true, after(21))
        #expect(plan.next(at: after(21)) == .wait(.seconds(5)))
    }

    @Test func `what doors brought is finished when no more comes, or after a while`() {
        var plan = plan()
        plan.noteLook(at: nil, [:], hasTaken: false, start)
        plan.noteCommitted(true, at: after(100))
        #expect(plan.next(at: after(100)) == .wait(.milliseconds(10)))
        plan.noteNews(ofDoors: [acme], at: after(105))
        #expect(plan.next(at: after(105)) == .look(DropPlaces(doors: [acme])))
        plan.noteLook(at: DropPlaces(doors: [acme]), [:], hasTaken: false, after(106))
        plan.noteCommitted(true, at: after(106))
        #expect(plan.next(at: after(115)) == .wait(.milliseconds(1)))
        #expect(plan.next(at: after(116)) == .finish)
        // Whatever comes, nothing waits for longer than this.
        plan.noteNews(ofDoors: [acme], at: after(299))
        plan.noteCommitted(true, at: after(299))
        #expect(plan.next(at: after(299)) == .look(DropPlaces(doors: [acme])))
        #expect(plan.next(at: after(300)) == .finish)
        plan.noteCommitted(false, at: after(301))
        #expect(plan.next(at: after(301)) == .look(DropPlaces(doors: [acme])))
    }

    @Test func `it does not end while a file settles, and does not wait for half a file`() {
        var plan = plan(quiet: 1, settle: 10)
        plan.noteLook(at: nil, [:], hasTaken: false, start)
        plan.noteNews(ofInboxes: [acme], at: start)
        #expect(plan.next(at: after(1_000)) == .wait(.seconds(9)))
        plan.noteLook(
            at: DropPlaces(inboxes: [acme]), [acme: 300_000], hasTaken: false, after(10_000))
        #expect(plan.next(at: after(10_000)) == .lookEverywhere)
        plan.noteLook(at: nil, [acme: 290_000], hasTaken: false, after(10_000))
        #expect(plan.next(at: after(10_000)) == .end)
    }

    @Test func `before it ends it looks everywhere, if it looked at single places since`() {
        var plan = plan(settle: 0)
        plan.noteLook(at: nil, [:], hasTaken: false, start)
        plan.noteNews(ofDoors: [acme], at: after(1_000))
        plan.noteLook(at: DropPlaces(doors: [acme]), [:], hasTaken: true, after(1_001))
        #expect(plan.next(at: after(6_001)) == .lookEverywhere)
        // What is found then has come, too.
        plan.noteLook(at: nil, [:], hasTaken: true, after(6_002))
        #expect(plan.next(at: after(6_002)) == .wait(.seconds(5)))
    }

    @Test func `it looks everywhere once a minute, and at once if news was missed`() {
        var plan = plan(quiet: 600)
        plan.noteLook(at: nil, [:], hasTaken: false, start)
        #expect(plan.next(at: after(59_999)) == .wait(.milliseconds(1)))
        #expect(plan.next(at: after(60_000)) == .lookEverywhere)
        plan.noteLook(at: nil, [:], hasTaken: false, after(60_000))
        plan.noteNewsAnywhere(at: after(61_000))
        #expect(plan.next(at: after(61_000)) == .lookEverywhere)
    }

    @Test func `if nothing can be watched it looks everywhere once a second`() {
        var plan = plan()
        plan.isWatched = false
        plan.noteLook(at: nil, [:], hasTaken: false, start)
        #expect(plan.next(at: start) == .wait(.seconds(1)))
        #expect(plan.next(at: after(1_000)) == .lookEverywhere)
    }

    @Test func `it ends after ten minutes, whatever comes`() {
        var plan = plan()
        let end = start + .seconds(600)
        plan.noteLook(at: nil, [:], hasTaken: true, end - .milliseconds(1))
        #expect(plan.next(at: end - .milliseconds(1)) == .wait(.milliseconds(1)))
        plan.noteNews(ofDoors: [acme], at: end)
        #expect(plan.next(at: end) == .end)
    }
}
