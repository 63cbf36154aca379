import StrictJSON
import TestHouse
import Testing
import Trade

/// The least an order of each type must say, and the units it is billed for (provider-api.md §4).
private let leastLines: [(type: String, members: [String], units: Int64)] = [
    ("Default", [#""link": "a""#, #""quantity": 50"#], 50),
    ("Package", [#""link": "a""#], 1),
    ("SEO", [#""link": "a""#, #""quantity": 50"#, #""keywords": "k""#], 50),
    ("Custom Comments", [#""link": "a""#, #""comments": ["one", "two\n\nthree"]"#], 3),
    ("Custom Comments Package", [#""link": "a""#, #""comments": "one\ntwo""#], 1),
    ("Mentions", [#""link": "a""#, #""quantity": 50"#, #""usernames": ["u"]"#], 50),
    (
        "Mentions with Hashtags",
        [#""link": "a""#, #""quantity": 50"#, #""usernames": "u""#, #""hashtags": ["h"]"#], 50
    ),
    ("Mentions Custom List", [#""link": "a""#, #""usernames": "u\nv\r\n \nw""#], 3),
    ("Mentions Hashtag", [#""link": "a""#, #""quantity": 50"#, #""hashtag": "h""#], 50),
    ("Mentions User Followers", [#""link": "a""#, #""quantity": 50"#, #""username": "u""#], 50),
    ("Mentions Media Likers", [#""link": "a""#, #""quantity": 50"#, #""media": "m""#], 50),
    ("Comment Likes", [#""link": "a""#, #""quantity": 50"#, #""username": "u""#], 50),
    ("Comment Replies", [#""link": "a""#, #""username": "u""#, #""comments": "one\\ntwo""#], 2),
    ("Poll", [#""link": "a""#, #""quantity": 50"#, #""answer_number": 2"#], 50),
    ("Invites from Groups", [#""link": "a""#, #""quantity": 50"#, #""groups": ["g"]"#], 50),
    (
        "Subscriptions",
        [#""username": "u""#, #""min": 10"#, #""max": 20"#, #""posts": 3"#, #""delay": 5"#], 60
    ),
    (
        "Web Traffic",
        [
            #""link": "a""#, #""quantity": 50"#, #""country": "DE""#, #""device": 1"#,
            #""type_of_traffic": 2"#,
        ], 50
    ),
]

private func line(_ type: String, _ members: some Sequence<String>) -> String {
    let service = Catalogue.service(of: OrderType.named(type)!)
    return "{\((["\"service\": \(service)"] + members).joined(separator: ", "))}"
}

@Test func `every order type is in the table`() {
    #expect(leastLines.map(\.type) == OrderType.all.map(\.name))
}

@Test(arguments: leastLines.indices)
func `the shortest valid order is enough, and is billed by its type`(index: Int) throws {
    let (type, members, units) = leastLines[index]
    let house = try House.stocked()
    try house.add()
    #expect(try house.verdict(on: line(type, members)) == "accepted")
    #expect(try house.billedUnits() == units)
}

@Test(arguments: leastLines.indices)
func `a missing parameter is named`(index: Int) throws {
    let (type, members, _) = leastLines[index]
    let house = try House.stocked()
    try house.add()
    let lines = members.indices.map { left in
        line(type, members.indices.filter { $0 != left }.map { members[$0] })
    }
    let receipt = try house.drop("{\"orders\": [\(lines.joined(separator: ", "))]}")
    for (member, rejected) in zip(members, receipt.lines()) {
        let key = member.split(separator: "\"")[0]
        #expect(rejected["code"] == "MISSING_FIELD", "without \(key)")
        #expect(rejected["detail"] == "\(key) is missing")
    }
    #expect(receipt.lines().count == members.count)
}

@Test(arguments: leastLines.indices)
func `a parameter that the type does not take is rejected as unknown`(index: Int) throws {
    let (type, members, _) = leastLines[index]
    let known = OrderType.named(type)!
    let strangers = Parameter.allCases.filter {
        !known.takes($0) && $0 != .runs && $0 != .interval
    }
    let house = try House.stocked()
    try house.add()
    let lines = strangers.map { line(type, members + ["\"\($0.rawValue)\": 1"]) }
    let receipt = try house.drop("{\"orders\": [\(lines.joined(separator: ", "))]}")
    #expect(receipt.verdicts() == strangers.map { _ in "UNKNOWN_FIELD" })
}

@Test func `a wrong value rejects its line alone`() throws {
    let wrong: [(type: String, member: String)] = [
        ("Default", #""link": 7"#), ("Default", #""link": """#), ("Default", #""link": null"#),
        ("Default", #""link": "two\nlines""#), ("Default", #""link": ["a"]"#),
        ("Default", "\"link\": \"\(String(repeating: "x", count: 2_049))\""),
        ("Default", #""quantity": "50""#), ("Default", #""quantity": 5e1"#),
        ("Default", #""quantity": 50.0"#), ("Default", #""quantity": -50"#),
        ("Default", #""quantity": -1"#), ("Default", #""quantity": true"#),
        ("Default", #""quantity": 99999999999999999999"#),
        ("Default", #""runs": 0"#), ("Default", #""runs": "2""#), ("Default", #""interval": 0"#),
        ("Custom Comments", #""comments": []"#), ("Custom Comments", #""comments": " \n ""#),
        ("Custom Comments", #""comments": [1]"#), ("Custom Comments", #""comments": {"a": 1}"#),
        ("Mentions", #""usernames": 5"#), ("Mentions Hashtag", #""hashtag": ["h"]"#),
        ("Poll", #""answer_number": 0"#), ("Poll", #""answer_number": "1""#),
        ("Subscriptions", #""delay": 7"#), ("Subscriptions", #""delay": "5""#),
        ("Subscriptions", #""posts": 0"#), ("Subscriptions", #""min": 21"#),
        ("Subscriptions", #""expiry": "2026-12-31""#),
        ("Subscriptions", #""expiry": "31/02/2026""#),
        ("Subscriptions", #""expiry": "0031/12/2026""#), ("Subscriptions", #""old_posts": -1"#),
        ("Web Traffic", #""device": 6"#), ("Web Traffic", #""type_of_traffic": 0"#),
        ("Web Traffic", #""google_keyword": "k""#), ("Web Traffic", #""country": 49"#),
    ]
    let lines = wrong.map { type, member in
        let key = member.prefix { $0 != ":" }
        let others = leastLines.first { $0.type == type }!.members.filter { !$0.hasPrefix(key) }
        return line(type, others + [member])
    }
    let house = try House.stocked()
    try house.add()
    let receipt = try house.drop("{\"orders\": [\(lines.joined(separator: ", "))]}")
    for (line, verdict) in zip(lines, receipt.verdicts()) {
        #expect(verdict == "BAD_VALUE", "\(line)")
    }
    #expect(receipt.verdicts().count == wrong.count)
}

@Test(arguments: [
    ("Default", [#""runs": 4"#, #""interval": 60"#], 200),
    ("Subscriptions", [#""old_posts": 0"#, #""expiry": "29/2/2028""#], 60),
    ("Web Traffic", [#""referring_url": "https://b.example""#], 50),
])
func `optional parameters are accepted`(type: String, more: [String], units: Int64) throws {
    let house = try House.stocked()
    try house.add()
    let members = leastLines.first { $0.type == type }!.members
    #expect(try house.verdict(on: line(type, members + more)) == "accepted")
    #expect(try house.billedUnits() == units)
    let kept = try #require(try house.parameters().first)
    for member in more {
        #expect(kept.contains(member.replacing(": ", with: ":", maxReplacements: 1)))
    }
}

@Test func `a list is stored in one form, however it was written`() throws {
    let house = try House.stocked()
    try house.add()
    let service = Catalogue.service(of: OrderType.named("Custom Comments")!)
    for (ref, comments) in [
        ("array", #"["nice", "", "so \"good\""]"#), ("text", #""nice\r\n\nso \"good\"""#),
        ("escaped twice", #""nice\\nso \"good\"""#),
    ] {
        let line =
            #"{"ref": "\#(ref)", "service": \#(service), "link": "a", "comments": \#(comments)}"#
        #expect(
            try house.drop("{\"orders\": [\(line)]}", as: "\(ref).json").verdicts() == ["accepted"])
    }
    #expect(Set(try house.parameters()) == [#"{"comments":"nice\nso \"good\""}"#])
}
