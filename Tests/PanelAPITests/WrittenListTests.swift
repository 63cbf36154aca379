import Testing

@testable import PanelAPI

@Suite struct WrittenListTests {
    @Test(arguments: [
        ("['a', 'b']", ["a", "b"]), (#"["a","b"]"#, ["a", "b"]), ("['one']", ["one"]),
        (#"['it\'s', "it's", 'say "x"']"#, ["it's", "it's", #"say "x""#]),
        (#"['a\nb', '\xe9\u20ac\U0001f600', 'back\\slash']"#, ["a\nb", "é€😀", #"back\slash"#]),
        ("['a, b', 'c']", ["a, b", "c"]), ("['😀 é']", ["😀 é"]), (#"["\ud83d\ude00"]"#, ["😀"]),
        ("['', 'b']", ["", "b"]), ("[]", []), ("[ ]", []), ("[ 'a' , 'b' ]", ["a", "b"]),
    ])
    func `a list as Python and JavaScript print it is a list`(text: String, elements: [String]) {
        #expect(WrittenList.elements(of: text) == elements)
    }

    @Test(arguments: [
        "", "[", "a", "[wow] nice [pic]", "['a']['b']", "['a' 'b']", "['a',]",
        "['a', 1]", "[1, 2]", "['a", "['a'", "['a'] x]", #"['\q']"#, #"['\x']"#, #"['\ud800']"#,
        #"['\x-0']"#, #"['\u+041']"#,
        #"["a", 1]"#, "['it's']", "x['a']", "[['a']]",
    ])
    func `any other text is what it is`(text: String) {
        #expect(WrittenList.elements(of: text) == nil)
    }
}
