# What the store has damaged is not read as if it were evidence: the file is
# there and cannot be read, all others can, and a revocation goes through.
. "$(dirname "$0")/lib.sh"
new_ca
for i in 1 2; do
	new_csr w$i w$i.example.org
	must cp "$dir/w$i.csr" "$ca/requests/"
	must cat "$ca/requests/w$i.crt" >"$dir/w$i.crt"
done
must "$pkifs" umount "$ca"
wait "$main"

# One octet in the middle of what all texts of a kind are packed with.
must python3 - "$home/store/db" <<'P'
import sqlite3
import sys

store = sqlite3.connect(sys.argv[1])
# A disk asks no trigger, and loses none.
trigger, = store.execute("SELECT sql FROM sqlite_master "
                         "WHERE name = 'dictionaries_update'").fetchone()
store.execute("DROP TRIGGER dictionaries_update")
rows = store.execute("SELECT id, bytes FROM dictionaries "
                     "WHERE kind = 'certificate-issued'").fetchall()
assert rows
for number, octets in rows:
    middle = len(octets) // 2
    octets = (octets[:middle] + bytes([octets[middle] ^ 1]) +
              octets[middle + 1:])
    store.execute("UPDATE dictionaries SET bytes = ? WHERE id = ?",
                  (octets, number))
store.execute(trigger)
store.commit()
P
mount_ca
event() { find "$ca/evidence" -path '*/[0-9][0-9]/*' -name "*-$1.json" |
    sort | tail -n 1; }
unreadable() {
	must test -s "$1"
	cat "$1" >"$dir/out" 2>"$dir/err" && fail "$1 can be read"
	must grep -q "Input/output error" "$dir/err"
}
unreadable "$(event certificate-issued)"
must grep -q '"outcome": "approved"' "$(event request-decided)"
must grep -q "event [0-9]* is damaged" "$dir/log"
mkdir "$dir/copy"
cp -r "$ca/evidence/." "$dir/copy" 2>/dev/null && fail "all was copied"
"$pkifs" verify "$dir/copy" >"$dir/said" 2>&1 && fail "the copy verifies"

# What is issued and revoked now is as ever.
must sh -c "echo keyCompromise >'$ca/revoke/$(serial_of "$dir/w1.crt")'"
must openssl crl -in "$ca/status/issuing.crl" -inform DER -noout -text \
    >"$dir/crl"
must grep -q "$(serial_of "$dir/w1.crt")" "$dir/crl"
new_csr w3 w3.example.org
must cp "$dir/w3.csr" "$ca/requests/"
must verify_certificate "$ca/requests/w3.crt"
must grep -q "$(serial_of "$ca/requests/w3.crt")" \
    "$(event certificate-issued)"
