//! Makes tables big: people, addresses, sessions and families of refresh tokens, written straight into the file of a server that has
//! nothing to do. Rows are as long as real ones.

use std::path::Path;

use rusqlite::Connection;

/// Families of refresh tokens of each person.
pub const TOKENS: usize = 10;

/// Adds so many people. Says how many bytes their families take with all indexes.
pub fn grow(database: &Path, people: usize) -> f64 {
    let db = open(database);
    // Identifiers as time would have made them: in order, with chance at the end (RFC 9562 §5.7).
    let numbers = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 - 1)";
    db.execute_batch("CREATE TEMP TABLE p (i INTEGER PRIMARY KEY, user BLOB, session BLOB)").expect("a table");
    let fill = |sql: String| db.execute(&sql, [people as i64]).expect("rows");
    // 16 bytes: 2 fixed, 1 for the kind, 4 for the number, and the rest. What is put together is text, until it is told otherwise.
    let uuid = |kind: u8, i: &str| format!("CAST(unhex(printf('0190%02x%08x7%03x', {kind}, {i}, 0)) || X'80' || randomblob(6) AS BLOB)");
    fill(format!("{numbers} INSERT INTO p SELECT i, {}, {} FROM n", uuid(1, "i"), uuid(2, "i")));
    let now = "1795718992000";
    let run = |sql: &str| db.execute(sql, []).expect("rows");
    run(&format!("INSERT INTO users (id, state, name, created_at, updated_at) SELECT user, 'active', 'Person ' || i, {now}, {now} FROM p"));
    run(&format!(
        "INSERT INTO emails (id, user_id, address, canonical, is_primary, verified_at, created_at) \
         SELECT {}, user, 'person' || i || '@seed.example', 'person' || i || '@seed.example', TRUE, {now}, {now} FROM p",
        uuid(3, "i")
    ));
    let later = "4000000000000";
    run(&format!(
        "INSERT INTO sessions (id, user_id, token_hash, amr, user_agent, address, auth_time, created_at, last_seen_at, idle_expires_at, expires_at) \
         SELECT session, user, randomblob(32), 'pwd', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36', \
         '203.0.113.7', {now}, {now}, {now}, {later}, {later} FROM p"
    ));
    // Who has refreshed once keeps the sealed token until the next time.
    let longest = "SELECT MAX(LENGTH(successor)) FROM token_families";
    let successor: i64 = db.query_row(longest, [], |row| row.get(0)).expect("a family that has been used");
    let before = pages(&db);
    for n in 0..TOKENS {
        run(&format!(
            "INSERT INTO token_families (id, client_id, user_id, session_id, delivery, scope, amr, auth_time, generation, current_hash, \
             previous_hash, previous_until, successor, created_at, idle_expires_at, expires_at) \
             SELECT {}, 'bench', user, session, 'body', 'openid email offline_access', 'pwd', {now}, 7, randomblob(32), randomblob(32), {now}, \
             randomblob({successor}), {now}, {later} + i, {later} + i FROM p",
            uuid(4, &format!("i * {TOKENS} + {n}"))
        ));
    }
    let bytes = pages(&db) - before;
    db.execute_batch("COMMIT; PRAGMA wal_checkpoint(TRUNCATE); ANALYZE").expect("on the disk");
    bytes
}

/// Families that are over for longer than they are kept: the first of all.
pub struct Over {
    pub count: usize,
    last: Vec<u8>,
}

/// Lets the first so many families be over.
pub fn expire(database: &Path, count: usize) -> Over {
    let db = open(database);
    let nth = "SELECT id FROM token_families ORDER BY id LIMIT 1 OFFSET ?1";
    let last: Vec<u8> = db.query_row(nth, [count as i64 - 1], |row| row.get(0)).expect("a row");
    let count = db.execute("UPDATE token_families SET expires_at = 1000 WHERE id <= ?1", [&last]).expect("rows");
    db.execute_batch("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)").expect("on the disk");
    Over { count, last }
}

/// How many of them are still there.
pub fn left(database: &Path, over: &Over) -> usize {
    let db = Connection::open(database).expect("the database");
    let count = "SELECT COUNT(*) FROM token_families WHERE id <= ?1";
    db.query_row(count, [&over.last], |row| row.get::<_, i64>(0)).expect("a number") as usize
}

fn open(database: &Path) -> Connection {
    let db = Connection::open(database).expect("the database");
    db.execute_batch("PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; BEGIN IMMEDIATE").expect("begun");
    db
}

/// Bytes in use.
fn pages(db: &Connection) -> f64 {
    let of = |name: &str| db.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0)).expect("a number") as f64;
    (of("page_count") - of("freelist_count")) * of("page_size")
}
