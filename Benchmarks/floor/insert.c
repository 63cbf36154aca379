/* The floor of `ingest`: takes the rows of a ledger that `ingest` filled, and inserts them into a
 * copy of the ledger it began with. Rows, schema, constraints, triggers, indexes, commits and
 * durability are the same.
 *
 *     insert FILLED EMPTY
 *
 * Reads the rows of FILLED into memory, untimed. All files of one commit of `ingest` share their
 * `files.received_at`. Prints the seconds from opening EMPTY to closing it, checkpoint included.
 */
#include <malloc.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* `key` is the column that says from which file a row came. */
struct table {
    const char *name, *key;
    int columns;
    size_t rows, next;
    sqlite3_value **values;
    sqlite3_stmt *insertion;
};
static struct table files = {.name = "files", .key = "id"};
static struct table orders = {.name = "orders", .key = "file_id"};
static struct table transactions = {.name = "transactions", .key = "file_id"};

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

static void check(sqlite3 *db, int code) {
    if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) return;
    fprintf(stderr, "insert: %s\n", sqlite3_errmsg(db));
    exit(1);
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql) {
    sqlite3_stmt *statement;
    check(db, sqlite3_prepare_v2(db, sql, -1, &statement, NULL));
    return statement;
}

/* The rows that came from a reseller's file. The first two columns are the file and its moment. */
static void load(sqlite3 *filled, struct table *table) {
    char sql[256];
    sprintf(sql, "SELECT f.id, f.received_at, t.* FROM %s t JOIN files f ON f.id = t.%s"
                 " WHERE f.user_id IS NOT NULL ORDER BY t.id", table->name, table->key);
    sqlite3_stmt *rows = prepare(filled, sql);
    table->columns = sqlite3_column_count(rows);
    size_t capacity = 0;
    while (sqlite3_step(rows) == SQLITE_ROW) {
        size_t needed = (table->rows + 1) * table->columns;
        if (needed > capacity)
            table->values = realloc(table->values, (capacity = needed * 2) * sizeof *table->values);
        for (int i = 0; i < table->columns; i++)
            table->values[table->rows * table->columns + i] =
                sqlite3_value_dup(sqlite3_column_value(rows, i));
        table->rows++;
    }
    sqlite3_finalize(rows);
}

static sqlite3_int64 next_number(struct table *table, int column) {
    return sqlite3_value_int64(table->values[table->next * table->columns + column]);
}

static void prepare_insertion(sqlite3 *db, struct table *table) {
    char sql[256];
    int length = sprintf(sql, "INSERT INTO %s VALUES (?", table->name);
    for (int i = 3; i < table->columns; i++) length += sprintf(sql + length, ",?");
    strcpy(sql + length, ")");
    table->insertion = prepare(db, sql);
}

static void insert_next(sqlite3 *db, struct table *table) {
    for (int i = 2; i < table->columns; i++)
        sqlite3_bind_value(
            table->insertion, i - 1, table->values[table->next * table->columns + i]);
    check(db, sqlite3_step(table->insertion));
    check(db, sqlite3_reset(table->insertion));
    table->next++;
}

static void execute(sqlite3 *db, const char *sql) {
    check(db, sqlite3_exec(db, sql, NULL, NULL, NULL));
}

/* Later schemas keep the terms of sales in a table of their own: a few rows, used by orders. */
static void copy_sales(sqlite3 *filled, const char *from, const char *to) {
    sqlite3_stmt *found = prepare(filled, "SELECT 1 FROM sqlite_schema WHERE name = 'sales'");
    int has_sales = sqlite3_step(found) == SQLITE_ROW;
    sqlite3_finalize(found);
    if (!has_sales) return;
    sqlite3 *db;
    check(db, sqlite3_open(to, &db));
    char *attach = sqlite3_mprintf("ATTACH %Q AS filled", from);
    execute(db, attach);
    sqlite3_free(attach);
    execute(db, "INSERT INTO main.sales SELECT * FROM filled.sales"
        " WHERE id NOT IN (SELECT id FROM main.sales)");
    check(db, sqlite3_close(db));
}

int main(int count, char **arguments) {
    if (count != 3) return fprintf(stderr, "usage: insert FILLED EMPTY\n"), 64;
    /* Or glibc would return memory to the kernel and ask for it again with every journal. */
    mallopt(M_TOP_PAD, 64 << 20);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    sqlite3 *filled, *db;
    check(filled, sqlite3_open(arguments[1], &filled));
    load(filled, &files);
    load(filled, &orders);
    load(filled, &transactions);
    copy_sales(filled, arguments[1], arguments[2]);
    /* All holds of a commit move money from one wallet to another: one update each is enough. */
    sqlite3_stmt *balances;

    double begun = seconds();
    check(db, sqlite3_open(arguments[2], &db));
    execute(db,
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA recursive_triggers = ON;"
                "PRAGMA cache_size = -16384");
    prepare_insertion(db, &files);
    prepare_insertion(db, &orders);
    prepare_insertion(db, &transactions);
    balances = prepare(db,
        "UPDATE wallets SET balance = balance + CASE name WHEN 'held' THEN ?1 ELSE -?1 END"
        " WHERE user_id IS NOT NULL");
    while (files.next < files.rows) {
        sqlite3_int64 moment = next_number(&files, 1), held = 0;
        execute(db, "BEGIN IMMEDIATE");
        while (files.next < files.rows && next_number(&files, 1) == moment) {
            sqlite3_int64 file = next_number(&files, 0);
            insert_next(db, &files);
            while (orders.next < orders.rows && next_number(&orders, 0) == file) {
                insert_next(db, &orders);
                /* Columns of a transaction: file, moment, id, reference, type, from, to, amount. */
                held += next_number(&transactions, 7);
                insert_next(db, &transactions);
            }
        }
        sqlite3_bind_int64(balances, 1, held);
        check(db, sqlite3_step(balances));
        sqlite3_reset(balances);
        execute(db, "COMMIT");
    }
    sqlite3_finalize(files.insertion);
    sqlite3_finalize(orders.insertion);
    sqlite3_finalize(transactions.insertion);
    sqlite3_finalize(balances);
    check(db, sqlite3_close(db));
    printf("%.6f\n", seconds() - begun);
    return 0;
}
