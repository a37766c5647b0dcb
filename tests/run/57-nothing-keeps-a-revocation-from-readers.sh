# What was decided is published whatever happens: core killed in between, two
# officers at once, the clock set back a day; and no statement in the database
# undoes it. (REV-6.3.9-04, REV-6.2.4-03C, REV-6.2.4-07, CSS-6.3.10-09)
. "$(dirname "$0")/lib.sh"
need_root
new_group pk57-rev
new_person pk57-sub
new_person pk57-anna pk57-rev
new_person pk57-bert pk57-rev
make_ca --user pk57-sub
sed -i 's/^revocation = .*/revocation = pk57-rev/' "$home/pkifs.conf"
printf '\n[revocation]\nsuspension = yes\n' \
    >>"$home/profiles/tls-server.conf"
new_stops
mount_ca
drop() {	# NAME: its certificate, and $serial
	new_csr "$1" "$1.example.org"
	chmod 644 "$dir/$1.csr"
	must as pk57-sub cp "$dir/$1.csr" "$ca/requests/"
	serial=$(serial_of "$ca/requests/$1.crt")
	file=$ca/revoke/$serial
}
act() { as "$1" bash -c "echo '$2' >'$file'"; }
on_crl() { crl -text | grep -A4 "Serial Number: $serial" >"$dir/entry"; }
crl_number() { echo $(($(crl -crlnumber | sed 's/.*=//'))); }
published() { grep -q "^publication: CRL [0-9]* at [^;]*, OCSP at " "$file"; }

# Killed between the decision and each step of its publication; who waits is
# answered by the next core, and nothing is done twice.
done=0
for point in core.revocation-committed core.crl-intent-committed \
    core.crl-signed core.crl-committed; do
	drop "${point#core.}"
	stop arm $point
	(act pk57-anna "superseded at $point") &
	writer=$!
	stopped=$(stop wait 20) || fail "never at $point"
	kill -KILL "${stopped%% *}"
	stop release
	wait $writer || fail "killed at $point the revocation was refused"
	on_crl || fail "killed at $point it is not on the CRL"
	within 10 published
	done=$((done + 1))
	[ "$(events certificate-revoked)" = $done ] || fail "twice: $point"
done
# Everything killed, with main: published at the next start.
drop all
stop arm core.revocation-committed
(act pk57-anna superseded >/dev/null 2>&1) &
writer=$!
stopped=$(stop wait 20) || fail "never committed"
pids="$main $(pgrep -P "$main")"
# shellcheck disable=SC2086 # words
kill -KILL $pids
stop init
wait $writer 2>/dev/null || true
gone() { ! pgrep -P "$main" >/dev/null; }
within 20 gone
timeout 20 "$pkifs" umount "$ca" >/dev/null 2>&1 || umount -l "$ca" || true
mount_ca
within 20 on_crl
within 20 published
must verify_certificate "$ca/requests/all.crt"

# Two officers in the same moment: one of them did it, both get an answer, and
# there is one case.
for round in 1 2 3 4 5; do
	drop both$round
	before=$(events certificate-revoked)
	for who in anna bert; do
		(act pk57-$who superseded >"$dir/said-$who" 2>&1 &&
		    echo yes >"$dir/did-$who" || echo no >"$dir/did-$who") &
		eval "$who=$!"
	done
	wait $anna $bert
	[ "$(cat "$dir"/did-* | sort | tr -d '\n')" = noyes ] ||
	    fail "$(cat "$dir"/did-*)"
	grep -q "Key has been revoked" "$dir"/said-* ||
	    fail "$(cat "$dir"/said-*)"
	must on_crl
	[ "$(events certificate-revoked)" = $((before + 1)) ] || fail "two cases"
done

# Statements by hand, whatever the program thinks.
drop held
must act pk57-anna certificateHold
drop later
must act pk57-anna "superseded at=$(date -u -d '+5 days' +%F)"
must "$pkifs" umount "$ca"
cat >"$dir/attack.py" <<'PY'
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
definitive = "reason NOT IN (6, 8)"
count = "SELECT count(*) FROM revocations WHERE " + definitive
before = db.execute(count).fetchone()[0]
columns = [r[1] for r in db.execute("PRAGMA table_info(revocations)")]
names = ", ".join(columns)
as_hold = ", ".join("6" if c == "reason" else c for c in columns)
for attack in [
    "DELETE FROM revocations WHERE " + definitive,
    "DELETE FROM revocations",
    "UPDATE revocations SET reason = 6 WHERE " + definitive,
    "UPDATE revocations SET reason = 8 WHERE " + definitive,
    "UPDATE revocations SET effective = effective + 86400000000 WHERE " + definitive,
    "UPDATE revocations SET received = 0 WHERE " + definitive,
    "UPDATE revocations SET until = 5 WHERE " + definitive,
    "UPDATE revocations SET expires = 0",
    "UPDATE OR REPLACE revocations SET id = 99 WHERE " + definitive,
    f"REPLACE INTO revocations ({names}) SELECT {as_hold} FROM revocations",
    f"INSERT OR REPLACE INTO revocations ({names}) SELECT {as_hold} "
    f"FROM revocations WHERE {definitive} LIMIT 1",
    "UPDATE certificates SET revoked = NULL, reason = NULL WHERE " + definitive,
    "UPDATE certificates SET reason = 6 WHERE " + definitive,
    "DELETE FROM scheduled",
    "UPDATE scheduled SET done = 5",
    "UPDATE scheduled SET effective = effective + 1",
    "UPDATE keys SET blocked = 0 WHERE blocked = 1",
]:
    changes = db.total_changes
    try:
        db.execute(attack)
    except sqlite3.Error:
        continue
    if db.total_changes != changes:
        sys.exit("done: " + attack)
if db.execute(count).fetchone()[0] != before or before < 10:
    sys.exit("revocations are gone: %d" % before)
PY
must python3 "$dir/attack.py" "$home/store/db"
chown --reference="$home/store" "$home"/store/db*

# The clock is set back a day while it runs: CRL numbers go on, what is revoked
# is out at once, and the step is an event. (The CA is older than a day.)
unset PKIFS_STOP_FILE
mv "$home" "$dir/before"
PKIFS_TEST_CLOCK=$(date -d '-3 days' +%s)
export PKIFS_TEST_CLOCK
make_ca --user pk57-sub
unset PKIFS_TEST_CLOCK
sed -i 's/^revocation = .*/revocation = pk57-rev/' "$home/pkifs.conf"
step=$(($(cut -d. -f1 /proc/uptime) + 8))
PKIFS_TEST_STEP=$step:-86400
export PKIFS_TEST_STEP
mount_ca
drop first
must act pk57-anna superseded
drop second
number=$(crl_number)
[ "$(cut -d. -f1 /proc/uptime)" -lt $step ] || skip "this machine is too slow"
stepped() { [ "$(events clock-changed)" -gt 0 ]; }
within 30 stepped
must act pk57-anna "cessationOfOperation after the clock went back"
must on_crl
within 20 published
[ "$(crl_number)" -gt "$number" ] || fail "CRL numbers went back"
serial=$(serial_of "$ca/requests/first.crt")
must on_crl
new_csr third third.example.org
must "$pkifs" verify "$ca/evidence" >"$dir/verified"
