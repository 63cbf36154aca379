import Money
import Testing

@Suite struct FeeTests {
    @Test(arguments: [
        ("0", true, true), ("0.999999", true, true), ("1", true, false),
        ("1.000001", false, false),
    ])
    func `a fee may use up a deposit, must leave some of a withdrawal, and exceeds neither`(
        fee: String, fromDeposit: Bool, fromWithdrawal: Bool
    ) throws {
        let (fee, amount) = (try Amount(parsing: fee), try Amount(parsing: "1"))
        #expect(FeePayment.deposit.allows(fee, of: amount) == fromDeposit)
        #expect(FeePayment.withdrawal.allows(fee, of: amount) == fromWithdrawal)
    }
}
