import SQLiteTables
import Tables
import TestSupport
import Testing

/// How SQL is asked, of a real file.
@Suite struct AskingTests {
    let folder = TemporaryFolder()
    let store: any Store

    init() throws {
        store = try SQLiteFile("\(folder.path)/tables.sqlite").openPlainly()
        try store.inConnection { db in
            try db.script(
                """
                CREATE TABLE colours (name TEXT NOT NULL, shade INTEGER) STRICT;
                INSERT INTO colours VALUES ('red', 1), ('green', NULL);
                """)
        }
    }

    @Test func `a value becomes a parameter, and constant text is pasted`() {
        let (name, table): (String, String) = ("it's", "colours")
        let sql: SQL = "SELECT 1 FROM \(raw: table) WHERE name = \(name) AND shade = \(nil as Int?)"
        #expect(sql.text == "SELECT 1 FROM colours WHERE name = ?1 AND shade = ?2")
        #expect(sql.values == [.text("it's"), .null])
    }

    @Test func `a statement within another keeps its values in order`() {
        let inner: SQL = "shade > \(1) AND shade < \(3)"
        let outer: SQL = "SELECT \(0) WHERE \(inner) OR name = \("red")"
        #expect(outer.text == "SELECT ?1 WHERE shade > ?2 AND shade < ?3 OR name = ?4")
        #expect(outer.values == [.integer(0), .integer(1), .integer(3), .text("red")])
    }

    @Test func `rows are read by position and by name`() throws {
        try store.inConnection { db in
            let read = try db.all("SELECT name, shade FROM colours ORDER BY name") { row in
                let (name, shade): (String, Int?) = (try row["name"], try row[1])
                return "\(name) \(shade ?? -1)"
            }
            #expect(read == ["green -1", "red 1"])
            #expect(try db.value("SELECT shade FROM colours WHERE name = 'green'") == nil as Int?)
            #expect(try db.value("SELECT shade FROM colours WHERE name = 'blue'") == nil as Int?)
            #expect(try db.exists("SELECT 1 FROM colours WHERE shade = \(1)"))
            #expect(try db.exists("SELECT 1 FROM colours WHERE shade = \(2)") == false)
        }
    }

    @Test(arguments: [
        ("SELECT shade FROM colours WHERE name = 'green'", "the column shade is NULL"),
        ("SELECT name FROM colours", "the column name is of another kind"),
        ("SELECT shade FROM colours WHERE name = 'blue'", "there is no row"),
    ])
    func `what SQL does not give is an error that names it, never a made-up value`(
        text: String, words: String
    ) throws {
        try store.inConnection { db in
            let error = #expect(throws: StoreError.self) {
                let _: Int = try db.one("\(raw: text)")
            }
            #expect(error?.cause.contains(words) == true)
            #expect(error?.cause.contains(text) == true)
        }
    }

    @Test func `a column that is not there is an error that names it`() throws {
        try store.inConnection { db in
            let error = #expect(throws: StoreError.self) {
                try db.first("SELECT name FROM colours") { row -> String in try row["title"] }
            }
            #expect(error?.cause.contains("there is no column title") == true)
        }
    }

    @Test func `a change says how many rows it changed`() throws {
        try store.inConnection { db in
            let all = try db.run("UPDATE colours SET shade = \(7)")
            let none = try db.run("UPDATE colours SET shade = 8 WHERE name = \("blue")")
            #expect((all, none) == (2, 0))
        }
    }

    @Test func `a statement in hand is bound again and again`() throws {
        try store.inConnection { db in
            let insertion = try db.statement("INSERT INTO colours VALUES (?1, ?2)")
            for (name, shade) in [("blue", 3), ("black", nil)] as [(String, Int?)] {
                try insertion.bound(to: name, shade).run()
            }
            let names: [String] = try db.values("SELECT name FROM colours ORDER BY rowid")
            #expect(names == ["red", "green", "blue", "black"])
        }
    }

    @Test func `a transaction whose body throws leaves nothing behind`() throws {
        struct Refused: Error {}
        try store.inConnection { db in
            #expect(throws: Refused.self) {
                try db.inTransaction(.write) {
                    try db.run("DELETE FROM colours")
                    throw Refused()
                }
            }
            let rows: Int = try db.one("SELECT count(*) FROM colours")
            #expect(rows == 2)
        }
    }

    @Test func `a rule of the schema that is broken is a constraint`() throws {
        try store.inConnection { db in
            let error = #expect(throws: StoreError.self) {
                try db.run("INSERT INTO colours VALUES (\(nil as String?), 1)")
            }
            #expect(error?.kind == .constraint)
        }
    }
}
