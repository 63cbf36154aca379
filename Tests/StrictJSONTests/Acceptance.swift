import StrictJSON

/// Documents that the reader accepts.
enum Acceptance {
    static let all = values + numbers + strings + structures

    private static let values = [
        "null", "true", "false", "0", #""""#, "[]", "{}", " \t\r\n null \t\r\n ", "\n\n1",
    ]

    private static let numbers = [
        "-0", "1", "-1", "10", "123456789012345678901234567890", "0.0", "-0.0", "0.10", "1.5",
        "0e0", "0e+0", "0E-1", "1e5", "1E5", "1e+5", "1e-5", "1.25e-07", "1e00005", "-1.5E+10",
        "1e999999999", "-1e-999999999", "0.000000000000000000000000000001", "[0,-0,1e0 ,2.50\n]",
    ]

    private static let strings = [
        #""a""#, #"" ""#, #""\"\\\/\b\f\n\r\t""#, #""\u0000""#, #""\u0041\u00e9\u4E2D""#,
        #""\uD83D\uDE00""#, #""\ud83d\ude00x""#, #""\uDBFF\uDFFF""#, #""\uFFFF\uFFFE""#,
        #""\uD7FF\uE000""#, #""\\u0041""#, #""\\\\""#, #""\"""#, "\"é\"", "\"中文\"", "\"😀\"",
        "\"\u{7F}\"", "\"\u{80}\"", "\"\u{7FF}\"", "\"\u{800}\"", "\"\u{D7FF}\"", "\"\u{E000}\"",
        "\"\u{FFFF}\"", "\"\u{10000}\"", "\"\u{10FFFF}\"", "\"\u{2028}\u{2029}\"", "\"a\u{FEFF}\"",
        "\"\u{202E}abc\"", "\"1234567\"", "\"12345678\"", "\"123456789\"", "\"1234567é12345678\"",
        #""/*x*/ //y #z""#, #""'""#, #""12345678901234567890\n12345678901234567890""#,
    ]

    private static let structures = [
        "[1]", "[1,2]", "[ 1 , 2 ]", "[[]]", "[[],[]]", "[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]", "[{}]",
        #"{"a":1}"#, #"{ "a" : 1 , "b" : 2 }"#, #"{"":0}"#, #"{"a":{},"b":[]}"#,
        #"{"a":{"a":{"a":1}}}"#, #"[{"a":1},{"a":1}]"#, #"{"a":1,"A":2,"a ":3}"#,
        #"{"\u0000":1,"":2}"#, #"{"é":1,"e\u0301":2}"#,
        #"{"a":[1,{"b":[true,false,null]}],"c":"d"}"#,
        #"{"quantity_1":1,"quantity_2":2,"quantity_3":3}"#, "[null,\n\n\ttrue]", "{\n}", "[\n]",
        #"{"a\"b":1,"a\\b":2,"a/b":3,"a.b":4}"#, #"{"__proto__":1,"constructor":2}"#,
    ]

    /// Documents and their values.
    static let meanings: [(String, JSONValue)] = [
        (#""\"\\\/\b\f\n\r\t""#, .string("\"\\/\u{8}\u{C}\n\r\t")),
        (#""\u0041\u00e9\u4E2D\u0000""#, .string("Aé中\u{0}")),
        (#""x\uD83D\uDE00y\uDBFF\uDFFFz""#, .string("x😀y\u{10FFFF}z")),
        (#""\uFFFF\\u0041""#, .string("\u{FFFF}\\u0041")),
        ("\"é\u{10FFFF}\"", .string("é\u{10FFFF}")),
        ("[true, false, null]", .array([.bool(true), .bool(false), .null])),
        ("[[], {}]", .array([.array([]), .object([])])),
        (
            #"{"b": {"a": "x"}, "\u0061": ""}"#,
            .object([
                .init(key: "b", value: .object([.init(key: "a", value: .string("x"))])),
                .init(key: "a", value: .string("")),
            ])
        ),
    ]
}
