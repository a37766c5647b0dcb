#!/usr/bin/env python3
"""Which rows and columns two stores have of their certificates.

	compare.py ISSUED LOADED COUNT PREFIX

ISSUED is the database of a home where COUNT certificates with names that begin
with PREFIX were issued and revoked by the mount, LOADED of one where bench_store put
them.  Of each table that a certificate leaves rows in: how many of them each
has, and which columns are filled; numbers and texts aside.  Deadlines are not
compared: one that was met leaves when the timer comes to it.
"""
import sqlite3
import sys

issued, loaded, count, prefix = sys.argv[1:]
count = int(count)

OURS = "SELECT id FROM certificates WHERE common_name LIKE ?1 || '%'"
SERIALS = "SELECT serial FROM certificates WHERE common_name LIKE ?1 || '%'"
REQUESTS = "SELECT request FROM certificates WHERE common_name LIKE ?1 || '%'"
SLOTS = "SELECT slot FROM requests WHERE id IN (%s)" % REQUESTS
EVENTS = ("SELECT seq FROM events WHERE certificate IN (%s) OR request IN (%s)"
          % (OURS, REQUESTS))

# Of each table, the rows that belong to the certificates.
TABLES = {
    "certificates": "id IN (%s)" % OURS,
    "certificate_der": "id IN (%s)" % OURS,
    "certificate_names": "certificate IN (%s)" % OURS,
    "names": "name LIKE ?1 || '%'",
    "keys": "id IN (SELECT key FROM certificates WHERE id IN (%s))" % OURS,
    "requests": "id IN (%s)" % REQUESTS,
    "slots": "id IN (%s)" % SLOTS,
    "statuses": "slot IN (%s)" % SLOTS,
    "statuses_old": "id IN (SELECT id FROM statuses WHERE slot IN (%s))"
    % SLOTS,
    "intents": "request IN (%s)" % REQUESTS,
    "documents": "sha256 IN (SELECT sha256 FROM requests WHERE id IN (%s))"
    % REQUESTS,
    "document_bytes": "id IN (SELECT id FROM documents WHERE sha256 IN "
    "(SELECT sha256 FROM requests WHERE id IN (%s)))" % REQUESTS,
    "events": "seq IN (%s)" % EVENTS,
    "event_bytes": "seq IN (%s)" % EVENTS,
    "revocations": "serial IN (%s)" % SERIALS,
    "notices": "certificate IN (%s)" % OURS,
    "publications": "dir = 'cases' AND name IN (SELECT hex(serial) FROM "
    "certificates WHERE id IN (%s))" % OURS,
    "acceptances": "certificate IN (%s)" % OURS,
}


def open_store(path):
    return sqlite3.connect("file:%s?mode=ro" % path, uri=True)


def known(store):
    return {name for name, in store.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table'")}


def is_filled(name, value):
    if name == "uid":  # 0 is root's
        return value is not None
    return value not in (None, 0, "", b"")


def shape(store, table, where):
    """Sorted: for each row the columns that are filled."""
    rows = store.execute("SELECT * FROM %s WHERE %s" % (table, where),
                         (prefix,))
    names = [column[0] for column in rows.description]
    return sorted(tuple(name for name, value in zip(names, row)
                        if is_filled(name, value)) for row in rows)


def main():
    first, second = open_store(issued), open_store(loaded)
    wrong = 0
    for table, where in TABLES.items():
        if table not in known(first):
            print("%s: there is no such table" % table)
            wrong += 1
            continue
        a, b = shape(first, table, where), shape(second, table, where)
        if a != b:
            wrong += 1
            print("%s: issued %d rows, loaded %d" % (table, len(a), len(b)))
            print("   issued %s" % sorted(set(a) - set(b)))
            print("   loaded %s" % sorted(set(b) - set(a)))
    rows = len(shape(first, "certificates", TABLES["certificates"]))
    if rows != count:
        wrong += 1
        print("%d certificates instead of %d" % (rows, count))
    sys.exit(1 if wrong else 0)


main()
