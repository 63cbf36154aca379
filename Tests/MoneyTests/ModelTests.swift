import Money
import TestSupport
import Testing

/// Every operation against `Natural`, on random numbers that overflow about as often as they fit.
@Suite struct ModelTests {
    private static let rounds = 3_000

    /// Compares the results of an operation with the model's, and checks that the random numbers
    /// led to both overflows and results.
    private func compare(
        sourceLocation: SourceLocation = #_sourceLocation,
        _ round: (inout Seeded) throws -> (result: () throws(MoneyError) -> Int64, model: Int64?)
    ) throws {
        var random = Seeded()
        var overflows = 0
        for _ in 0..<Self.rounds {
            let (result, model) = try round(&random)
            let comment: Comment = "SEED=\(random.seed)"
            do {
                let result = try result()
                #expect(result == model, comment, sourceLocation: sourceLocation)
            } catch {
                overflows += 1
                #expect(error == .overflow, comment, sourceLocation: sourceLocation)
                #expect(model == nil, comment, sourceLocation: sourceLocation)
            }
        }
        let both = 1..<Self.rounds
        #expect(both.contains(overflows), "SEED=\(random.seed)", sourceLocation: sourceLocation)
    }

    /// `a` × `b` ÷ `divisor` in the model, with floor and ceiling of signed numbers.
    private func model(_ a: Int64, _ b: Int64, _ divisor: Int64, _ rounding: Rounding) -> Int64? {
        let isNegative = (a < 0) != (b < 0)
        let product = Natural(a.magnitude) * Natural(b.magnitude)
        let away = (rounding == .up) != isNegative
        let quotient = product.divided(by: Natural(divisor.magnitude), up: away)
        return Int64((isNegative ? "-" : "") + quotient.description)
    }

    @Test(arguments: [Rounding.up, .down])
    func `a share agrees with the model`(rounding: Rounding) throws {
        try compare { random in
            let (amount, part, whole) = (random.integer(), random.integer(), random.positive())
            return (
                { () throws(MoneyError) in
                    try Amount(micros: amount).prorated(part, of: whole, rounding: rounding).micros
                }, model(amount, part, whole, rounding)
            )
        }
    }

    @Test func `sums and differences agree with the model`() throws {
        try compare { random in
            let (a, b) = (random.natural(), random.natural())
            let sum = (Natural(a.magnitude) + Natural(b.magnitude)).int64
            return (
                { () throws(MoneyError) in
                    try (Amount(micros: a) + Amount(micros: b)).micros
                }, sum
            )
        }
        try compare { random in
            let (a, b) = (random.natural(), random.integer())
            let sum = Natural(a.magnitude) + Natural(b.magnitude)
            let model =
                b < 0
                ? sum.int64
                : a < b
                    ? -(Natural(b.magnitude) - Natural(a.magnitude)).int64!
                    : (Natural(a.magnitude) - Natural(b.magnitude)).int64
            return (
                { () throws(MoneyError) in
                    try (Amount(micros: a) - Amount(micros: b)).micros
                }, model
            )
        }
    }

    @Test(arguments: [Rounding.up, .down])
    func `a converted amount and rate agree with the model`(rounding: Rounding) throws {
        let one: Int64 = 1_000_000_000_000
        try compare { random in
            let (amount, picos) = (random.integer(), random.positive())
            let rate = try ExchangeRate(parsing: decimal(picos, decimals: 12))
            return (
                { () throws(MoneyError) in
                    try Amount(micros: amount).converted(at: rate, rounding: rounding).micros
                }, model(amount, picos, one, rounding)
            )
        }
        try compare { random in
            let (micros, picos) = (random.natural(), random.positive())
            let rate = try ExchangeRate(parsing: decimal(picos, decimals: 12))
            return (
                { () throws(MoneyError) in
                    try Rate(micros: micros).converted(at: rate).micros
                }, model(micros, picos, one, .up)
            )
        }
    }

    @Test func `a marked-up rate agrees with the model`() throws {
        try compare { random in
            let (rate, percent, fixed) = (random.natural(), random.natural(), random.natural())
            let product =
                Natural(rate.magnitude) * (Natural("100000000") + Natural(percent.magnitude))
            let marked =
                product.divided(by: Natural("100000000"), up: true) + Natural(fixed.magnitude)
            return (
                { () throws(MoneyError) in
                    try Rate(micros: rate)
                        .marked(up: Percent(micros: percent), plus: Amount(micros: fixed)).micros
                }, marked.int64
            )
        }
    }

    @Test func `a charge and a fee agree with the model`() throws {
        try compare { random in
            let (rate, units) = (random.natural(), random.natural())
            return (
                { () throws(MoneyError) in
                    try Rate(micros: rate).charge(units: units).micros
                }, model(rate, units, 1_000, .up)
            )
        }
        try compare { random in
            let (amount, percent) = (random.natural(), random.natural())
            let fee = Fee(percent: Percent(micros: percent), fixed: .zero)
            return (
                { () throws(MoneyError) in
                    try fee.of(Amount(micros: amount)).micros
                }, model(amount, percent, 100_000_000, .up)
            )
        }
    }

    @Test func `a discounted rate agrees with the model`() throws {
        var random = Seeded()
        for _ in 0..<Self.rounds {
            let rate = random.natural()
            let percent = Int64.random(in: 0...100_000_000, using: &random)
            let discounted = try Rate(micros: rate).discounted(by: Percent(micros: percent))
            let model = model(rate, 100_000_000 - percent, 100_000_000, .up)
            #expect(discounted.micros == model, "SEED=\(random.seed)")
        }
    }

    @Test func `a refund agrees with the model, and never exceeds the charge left`() throws {
        var random = Seeded()
        for _ in 0..<Self.rounds {
            let charge = random.natural()
            let settled = Int64.random(in: 0...charge, using: &random)
            let billed = random.positive()
            let delivered = Int64.random(in: 0...billed, using: &random)
            let refund = try Proration.refund(
                of: Amount(micros: charge), settled: Amount(micros: settled), delivered: delivered,
                of: billed)
            let earned = try #require(model(charge, delivered, billed, .up))
            let left = charge - settled
            #expect(refund.micros == max(0, left - earned), "SEED=\(random.seed)")
            #expect(0...left ~= refund.micros, "SEED=\(random.seed)")
        }
    }

    @Test func `every amount is read back as written`() throws {
        var random = Seeded()
        for _ in 0..<Self.rounds {
            let amount = Amount(micros: random.integer())
            #expect(try Amount(parsing: amount.description) == amount, "SEED=\(random.seed)")
        }
    }

    @Test func `a provider's rate agrees with the model, whatever its form`() throws {
        try compare { random in
            let digits = String(random.natural())
            let decimals = Int.random(in: 0...20, using: &random)
            let exponent = Int.random(in: -25...12, using: &random)
            // Remove decimals that only a printer can have added, and round half up.
            let noise = max(0, min(digits.count - 12, decimals - exponent - 8))
            let believed =
                noise == 0
                ? Natural(digits)
                : (Natural(digits) + Natural("5") * .power(ofTen: noise - 1))
                    .divided(by: .power(ofTen: noise), up: false)
            let shift = exponent - decimals + noise + 6
            let model =
                shift >= 0
                ? believed * .power(ofTen: shift)
                : believed.divided(by: .power(ofTen: -shift), up: true)
            let text = decimal(Int64(digits)!, decimals: decimals) + "e\(exponent)"
            return (
                { () throws(MoneyError) in
                    try Rate(roundingUp: text).micros
                }, model.int64
            )
        }
    }

    /// `value` ÷ 10^`decimals`, written out.
    private func decimal(_ value: Int64, decimals: Int) -> String {
        let digits = String(value)
        let missing = max(0, decimals + 1 - digits.count)
        let padded = String(repeating: "0", count: missing) + digits
        let fraction = padded.suffix(decimals)
        return padded.dropLast(decimals) + (fraction.isEmpty ? "" : ".\(fraction)")
    }
}
