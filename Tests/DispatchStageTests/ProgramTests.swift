import TestHouse
import TestSupport
import Testing

@Suite struct ProgramTests {
    @Test(arguments: [
        ("", 0), ("--provider alpha --limit 1", 0), ("--provider nobody", 64), ("--limit 0", 64),
        ("--faster", 64), ("--config /nowhere/pipeline.yaml", 78),
    ])
    func `a run ends with the status the manual states`(arguments: String, status: Int32) throws {
        let house = try House([Supplier(url: "http://127.0.0.1:9/api/v2")])
        let run = shellRun(
            "SMM_CONFIG=\(house.configuration) exec \(builtProgram("dispatch")) \(arguments) 2>&1")
        #expect(run.status == status, "\(run.output)")
    }
}
