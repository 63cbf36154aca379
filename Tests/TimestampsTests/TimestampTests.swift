import Glibc
import Testing
import Timestamps

@Test(arguments: [
    (0, "1970-01-01T00:00:00Z"),
    (999, "1970-01-01T00:00:00Z"),
    (-1, "1969-12-31T23:59:59Z"),
    (951_782_400_000, "2000-02-29T00:00:00Z"),
    (1_709_251_199_999, "2024-02-29T23:59:59Z"),
    (1_709_251_200_000, "2024-03-01T00:00:00Z"),
    (1_795_428_000_000, "2026-11-23T10:00:00Z"),
    (4_107_542_400_000, "2100-03-01T00:00:00Z"),
    (-62_167_219_200_000, "0000-01-01T00:00:00Z"),
    (253_402_300_799_000, "9999-12-31T23:59:59Z"),
    (-1_000, "1969-12-31T23:59:59Z"),
])
func `a moment is written in ISO 8601 to the second`(milliseconds: Int64, text: String) {
    let moment = Timestamp(milliseconds: milliseconds)
    #expect(moment.description == text)
    #expect(moment.day == text.prefix(10))
}

@Test func `writing and reading agree with the C library over ten thousand years`() throws {
    let seed = UInt64.random(in: .min ... .max)
    var generator = SplitMix(state: seed)
    for _ in 0..<20_000 {
        let seconds = Int64.random(in: -62_167_219_200...253_402_300_799, using: &generator)
        let moment = Timestamp(milliseconds: seconds * 1000)
        var time = time_t(seconds)
        var parts = tm()
        gmtime_r(&time, &parts)
        var buffer = [CChar](repeating: 0, count: 32)
        let length = strftime(&buffer, buffer.count, "%H:%M:%SZ", &parts)
        let clock = String(decoding: buffer.prefix(length).map(UInt8.init), as: UTF8.self)
        #expect(moment.description.hasSuffix(clock), "seed \(seed)")
        let date = moment.day.split(separator: "-").compactMap { Int32($0) }
        #expect(
            date == [parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday], "seed \(seed)")

        let read = try #require(Timestamp(parsing: moment.description), "seed \(seed)")
        #expect(read.milliseconds == Int64(timegm(&parts)) * 1000, "seed \(seed)")
    }
}

@Test(arguments: [
    "", "2026-11-23", "2026-11-23T10:00:00", "2026-11-23T10:00:00z", "2026-11-23 10:00:00Z",
    "2026-11-23T10:00:00.0Z", "2026-11-23T10:00:00+00:00", " 2026-11-23T10:00:00Z",
    "2026-11-23T10:00:00Z\n", "2026-11-23T24:00:00Z", "2026-11-23T10:60:00Z",
    "2026-11-23T10:00:60Z", "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z",
    "2026-04-31T00:00:00Z", "2026-00-10T00:00:00Z", "2026-13-10T00:00:00Z",
    "2026-01-00T00:00:00Z", "+026-01-01T00:00:00Z", "２026-01-01T00:00:00Z",
])
func `a text of another form is no moment`(text: String) {
    #expect(Timestamp(parsing: text) == nil)
}

@Test func `a day is read as its first moment`() {
    #expect(Timestamp(startOfDay: "2026-11-23")?.description == "2026-11-23T00:00:00Z")
    #expect(Timestamp(startOfDay: "2026-11-31") == nil)
    #expect(Timestamp(startOfDay: "2026-11-23T00:00:00Z") == nil)
}

@Test func `moments are ordered by time`() {
    #expect(Timestamp(milliseconds: -1) < Timestamp(milliseconds: 0))
}

@Test func `the system clock agrees with the C library`() {
    let before = Int64(time(nil))
    let now = WallClock.system.now().milliseconds / 1000
    #expect((before...Int64(time(nil)) + 1).contains(now))
}

/// A small generator whose seed can be printed and used again.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

@Test func `a moment is old after some seconds, or if it lies far ahead`() {
    let now = Timestamp(milliseconds: 1_795_000_000_000)
    #expect(!now.isOlder(than: 60, at: now))
    #expect(!now.adding(seconds: -60).isOlder(than: 60, at: now))
    #expect(now.adding(seconds: -61).isOlder(than: 60, at: now))
    #expect(!now.adding(seconds: 3_600).isOlder(than: 60, at: now))
    #expect(now.adding(seconds: 3_601).isOlder(than: 60, at: now))
}

@Test func `a deadline passes in time, or if the clock goes back too far`() {
    let begun = Timestamp(milliseconds: 1_795_000_000_000)
    let deadline = Deadline(seconds: 50, from: begun)
    #expect(!deadline.isPassed(at: begun))
    #expect(!deadline.isPassed(at: begun.adding(seconds: 49)))
    #expect(deadline.isPassed(at: begun.adding(seconds: 50)))
    #expect(!deadline.isPassed(at: begun.adding(seconds: -5)))
    #expect(deadline.isPassed(at: begun.adding(seconds: -6)))
}
