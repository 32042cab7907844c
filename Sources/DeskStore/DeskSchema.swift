import DeskModel

/// The tables of `desk.db`. There are no steps: another version is deleted and built anew from the journal.
enum DeskSchema {
    /// What `PRAGMA user_version` says of a file that this program can go on with. Raise it with every change here, of
    /// what a table holds, and of what `apply` makes of an event.
    static let version: Int64 = 10

    /// SQLite's `application_id` of the file.
    static let application: Int64 = 0x5A75_7203

    /// Columns are what lists, indexes and reports ask for; what only `Ticket`, `Customer`, `Agent` and `Queue` know
    /// is one encoded value in `rest` or `record`.
    static let tables = """
        CREATE TABLE meta(
            one INTEGER PRIMARY KEY CHECK(one = 1), applied INTEGER NOT NULL, chain BLOB NOT NULL,
            pruned INTEGER NOT NULL, ticket INTEGER NOT NULL, customer INTEGER NOT NULL, day INTEGER NOT NULL,
            counter INTEGER NOT NULL);
        INSERT INTO meta VALUES(1, 0, zeroblob(32), 0, 0, 0, 0, 0);

        CREATE TABLE ticket(
            id INTEGER PRIMARY KEY, day INTEGER NOT NULL, counter INTEGER NOT NULL, customer INTEGER NOT NULL,
            queue TEXT NOT NULL, state INTEGER NOT NULL, priority INTEGER NOT NULL, holder TEXT,
            created INTEGER NOT NULL, newest_at INTEGER NOT NULL, changed INTEGER NOT NULL, subject TEXT NOT NULL,
            rest BLOB NOT NULL);
        CREATE INDEX ticket_number ON ticket(day, counter);
        CREATE INDEX ticket_place ON ticket(state, queue);
        CREATE INDEX ticket_customer ON ticket(customer);
        CREATE INDEX ticket_recent ON ticket(customer, newest_at) WHERE state IN (2, 3);
        CREATE TABLE part(
            address TEXT NOT NULL, ticket INTEGER NOT NULL, t INTEGER NOT NULL, PRIMARY KEY(address, ticket)
        ) WITHOUT ROWID;
        CREATE INDEX part_recent ON part(address, t);

        CREATE TABLE customer(id INTEGER PRIMARY KEY, name TEXT NOT NULL, record BLOB NOT NULL);
        CREATE TABLE address(address TEXT PRIMARY KEY, customer INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE joined(customer INTEGER PRIMARY KEY, survivor INTEGER NOT NULL);
        CREATE TABLE agent(name TEXT PRIMARY KEY, record BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE says(agent TEXT PRIMARY KEY, record BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE written(agent TEXT PRIMARY KEY, day INTEGER NOT NULL, bytes INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE queue(name TEXT PRIMARY KEY, record BLOB NOT NULL) WITHOUT ROWID;

        CREATE TABLE entry(
            ticket INTEGER NOT NULL, n INTEGER NOT NULL, seq INTEGER NOT NULL, message TEXT, raw BLOB,
            people TEXT, PRIMARY KEY(ticket, n)) WITHOUT ROWID;
        CREATE INDEX entry_message ON entry(message, seq) WHERE message IS NOT NULL;
        CREATE INDEX entry_raw ON entry(raw) WHERE raw IS NOT NULL;
        CREATE TABLE delivery(
            ticket INTEGER NOT NULL, n INTEGER NOT NULL, address TEXT NOT NULL, seq INTEGER NOT NULL,
            state INTEGER NOT NULL, PRIMARY KEY(ticket, n, address)) WITHOUT ROWID;
        CREATE INDEX delivery_queued ON delivery(seq) WHERE state IN (0, 4);
        CREATE TABLE event(ticket INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY(ticket, seq)) WITHOUT ROWID;

        CREATE TABLE content(
            digest BLOB PRIMARY KEY, ticket INTEGER NOT NULL, n INTEGER NOT NULL, t INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE retry(
            agent TEXT NOT NULL, key TEXT NOT NULL, seq INTEGER NOT NULL, t INTEGER NOT NULL, PRIMARY KEY(agent, key)
        ) WITHOUT ROWID;
        CREATE TABLE draft(
            agent TEXT NOT NULL, ticket INTEGER NOT NULL, kept INTEGER NOT NULL, answering INTEGER,
            text TEXT NOT NULL, PRIMARY KEY(agent, ticket)) WITHOUT ROWID;
        CREATE TABLE auto_reply(
            seq INTEGER PRIMARY KEY, t INTEGER NOT NULL, address TEXT NOT NULL, subject TEXT NOT NULL);
        CREATE TABLE stopped_domain(domain TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE shown(
            ticket INTEGER NOT NULL, agent TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY(ticket, agent)
        ) WITHOUT ROWID;
        CREATE TABLE lease(
            ticket INTEGER PRIMARY KEY, agent TEXT NOT NULL, since INTEGER NOT NULL, length INTEGER NOT NULL,
            until INTEGER NOT NULL, worked INTEGER NOT NULL);
        """
}

extension Delivery {
    /// What a number in `delivery.state` says; a text that is no message of ours has no rows there.
    ///
    /// A 4 stands there alone: a report overtook the courier's own word. It reads as `bounced`, and is still queued.
    init(stored: Int64) {
        self = Delivery(rawValue: UInt8(clamping: stored)) ?? .bounced
    }
}
