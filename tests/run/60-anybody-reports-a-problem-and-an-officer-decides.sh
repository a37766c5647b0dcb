# Anybody files a problem report as a text file; it becomes a dossier that a
# revocation officer, and nobody else, decides by moving it, confirmed or as an
# exception, and whoever filed it reads what became of it.
# (REV-6.2.4-08, REV-6.2.4-09, REV-6.2.4-03BA, REV-6.2.4-03BB, REV-6.3.9-17)
. "$(dirname "$0")/lib.sh"
need_root
new_group s60-rev
new_group s60-desk
new_person s60-sub
new_person s60-bob
new_person s60-eve
new_person s60-ra s60-desk
new_person s60-rita s60-rev s60-desk
make_ca --user s60-sub
sed -i 's/^revocation = .*/revocation = s60-rev/
	s/^ra = .*/ra = s60-desk/
	s/^open_reports_max = .*/open_reports_max = 4/
	s/^decision_max = .*/decision_max = 12 h/' "$home/pkifs.conf"
mount_ca
reports=$ca/revoke/reports
bob() { as s60-bob "$@"; }
rita() { as s60-rita "$@"; }
drop() {	# NAME: its certificate, and $serial
	new_csr "$1" "$1.example.org"
	chmod 644 "$dir/$1.csr"
	must as s60-sub cp "$dir/$1.csr" "$ca/requests/"
	serial=$(serial_of "$ca/requests/$1.crt")
}
report() {	# NAME LINE...: as bob
	name=$1
	shift
	printf '%s\n' "$@" >"$dir/report"
	chmod 644 "$dir/report"
	bob cp "$dir/report" "$reports/$name"
}
# The dossier of a report, as its status says.
dossier_of() { sed -n 's/^dossier: //p' "$reports/$1.status"; }
write() {	# FILE LINE...: into the dossier, as the revocation officer
	file=$1
	shift
	printf '%s\n' "$@" >"$dir/text"
	chmod 644 "$dir/text"
	rita cp "$dir/text" "$ca/ra/pending/$id/$file"
}
approve() { rita mv "$ca/ra/pending/$id" "$ca/ra/approved/"; }
on_crl() {
	openssl crl -in "$ca/status/issuing.crl" -inform DER -noout -text |
	    grep -A4 "Serial Number: $1" >"$dir/entry"
}

# A folder where all may write, and officers read what others wrote.
drop www
[ "$(stat -c %A "$reports")" = drwxrwx-wt ] || fail "$(stat -c %A "$reports")"
refuses "Permission denied" bob ls "$reports"
must report www.txt "The key of www is on a web page." "Serial: $(echo \
    "$serial" | tr A-F a-f)" "Yours, Bob"
must rita ls "$reports" | grep -qx www.txt || fail "not listed"
must bob cat "$reports/www.status" >"$dir/status"
says "state: received" "$dir/status"
says "received: " "$dir/status"
refuses "Permission denied" as s60-eve cat "$reports/www.txt"
refuses "Permission denied" as s60-eve cat "$reports/www.status"
must cmp "$dir/report" "$reports/www.txt"
[ "$(events revocation-report-received)" = 1 ] || fail "receipt in evidence"
event=$(newest dossier-opened)
for word in '"authenticated": "report"' '"confirmation": "unconfirmed"' \
    REV-6.3.9-18 '"role": "reporter"' '"received"'; do
	says "$word" "$event"
done
lacks "web page" "$event"
must test ! -e "$ca/revoke/$serial"

# What is in the dossier, in words; the deadline counts.
id=$(dossier_of www)
here=$ca/ra/pending/$id
must rita grep -q "It is about certificate $serial" "$here/summary.html"
must rita cmp "$dir/report" "$here/report.txt"
must rita grep -q "with the role revocation" "$here/state"
must rita grep -q "confirmation.txt" "$here/state"
within 10 grep -q "decision" "$ca/status/health.txt"
refuses "" rita sh -c "echo x >'$here/report.txt'"

# Not whoever is merely of the registration desk; not unconfirmed, not without
# a reason, not with one that is none. Each is said in `state`.
refuses "Permission denied" as s60-ra mv "$here" "$ca/ra/approved/"
refuses "" as s60-ra sh -c "echo confirmed by me >'$here/confirmation.txt'"
not_yet() {	# SENTENCE
	refuses "No data available" approve
	must rita grep -qF -- "$1" "$here/state"
}
not_yet "it is not confirmed"
refuses "" write confirmation.txt "I believe it"
not_yet "wanted the word confirmed or exception"
must write confirmation.txt "confirmed: it signs with the key of www"
says '"outcome": "confirmed"' "$(newest revocation-confirmation)"
not_yet "write into the first line of reason.txt"
must write reason.txt "because it is public"
not_yet "is no reason"
must write reason.txt "reinstate"
not_yet "by revoking or suspending at once"
must write reason.txt "keyCompromise at=2099-01-01"
not_yet "at="
must write reason.txt "keyCompromise invalidity=2020-01-01"
not_yet "invalidity= lies before the certificate was issued"
must write reason.txt "keyCompromise it stood on a web page"
must rita grep -q "^reason: keyCompromise it stood" "$here/decision.txt"
must approve
within 20 test -e "$ca/revoke/$serial"
within 20 grep -q "publication: CRL [^p]" "$ca/revoke/$serial"
must on_crl "$serial"
says "Key Compromise" "$dir/entry"
says "a report, decided by an officer" "$ca/revoke/$serial"
says "confirmation: confirmed at" "$ca/revoke/$serial"
says "(revocation officer)" "$ca/revoke/$serial"
within 20 grep -q "$serial: revoked" "$reports/www.status"
must bob cat "$reports/www.status" >"$dir/status"
says "state: revoked" "$dir/status"
says "reason: keyCompromise it stood on a web page" "$dir/status"
# The receipt is the report's, the decision came later (REV-6.2.4-03A).
received=$(sed -n 's/^received: //p' "$ca/revoke/$serial")
decided=$(sed -n 's/^decided: //p' "$ca/revoke/$serial")
[ "${received%.*}Z" = "$(sed -n 's/^received: //p' "$dir/status")" ] ||
    fail "received $received"
expr "$received" '<' "$decided" >/dev/null || fail "$received, $decided"

# Rejected: with a reason that its reporter reads.
drop quiet
must report quiet.txt "serial: $serial" "I do not like this name."
id=$(dossier_of quiet)
refuses "No data" rita mv "$ca/ra/pending/$id" "$ca/ra/rejected/"
must write reason.txt "nothing is wrong with the name"
must rita mv "$ca/ra/pending/$id" "$ca/ra/rejected/"
must bob cat "$reports/quiet.status" >"$dir/status"
says "state: rejected" "$dir/status"
says "reason: nothing is wrong with the name" "$dir/status"
must test ! -e "$ca/revoke/$serial"

# What cannot be confirmed in time: the exception, and why, for everybody.
must report late.txt "serial: $serial" "Somebody else has the key."
id=$(dossier_of late)
must write confirmation.txt "exception" "the subscriber cannot be reached," \
    "and the key may be in use"
says '"outcome": "exception"' "$(newest revocation-confirmation)"
says REV-6.2.4-03BB "$(newest revocation-confirmation)"
must write reason.txt "keyCompromise to be safe"
must approve
within 20 grep -q "confirmation: exception" "$ca/revoke/$serial"
says "exception: the subscriber cannot be reached, and the key may be in use" \
    "$ca/revoke/$serial"
says '"confirmation": "exception"' "$(newest certificate-revoked)"
says "the subscriber cannot be reached" "$(newest certificate-revoked)"
within 20 grep -q "confirmation: exception" "$reports/late.status"

# By key: all with it; and the officer may name others than the report does.
drop one
key=$(openssl x509 -in "$ca/requests/one.crt" -pubkey -noout |
    openssl pkey -pubin -outform DER | sha256sum | cut -c1-64)
one=$serial
drop two
must report key.txt "key: $key" "It is a Debian key of 2008."
id=$(dossier_of key)
must write confirmation.txt "confirmed, it is on the list"
must write reason.txt "keyCompromise weak"
must approve
within 20 test -e "$ca/revoke/$one"
within 20 test -e "$ca/revoke/by-key/$key"
must report vague.txt "Something is wrong with two.example.org"
id=$(dossier_of vague)
must rita grep -q "It names no certificate" "$ca/ra/pending/$id/summary.html"
must write confirmation.txt "confirmed by telephone"
must write reason.txt "superseded it has another key now"
here=$ca/ra/pending/$id
not_yet "it comes to no certificate"
must write reason.txt "superseded another key" "serial: 01AA"
not_yet "no certificate has the serial number 01AA"
must write reason.txt "superseded another key" "serial: $serial"
must approve
within 20 grep -q "reason: superseded" "$ca/revoke/$serial"

# What was filed stays; others do not write under its name.
must report www.txt "$(cat "$reports/www.txt")"
refuses "Operation not permitted" report www.txt "It was a mistake."
refuses "Operation not permitted" bob rm -f "$reports/www.txt"
within 5 grep -q "www.txt: what was reported stays" \
    "$ca/revoke/refused/$(id -u s60-bob).txt"
refuses "Operation not permitted" bob mv "$reports/www.txt" "$reports/x.txt"
refuses "Permission denied" as s60-eve cp "$dir/report" "$reports/www.txt"

# A file of a program's own is none, until it has its name: file managers and
# rsync copy like this.
echo "It came by rsync." >"$dir/report"
before=$(events revocation-report-received)
must bob cp "$dir/report" "$reports/.goutputstream-AB12"
[ "$(events revocation-report-received)" = "$before" ] || fail "scratch"
must bob mv "$reports/.goutputstream-AB12" "$reports/renamed.txt"
must bob grep -q "state: received" "$reports/renamed.status"
[ "$(events revocation-report-received)" = $((before + 1)) ] || fail "renamed"
must bob cp "$dir/report" "$reports/.x.swp"
refuses "not permitted" bob mv "$reports/.x.swp" "$reports/no name"
echo >"$dir/text"
must bob cp "$dir/text" "$reports/.y.swp"
refuses "Bad message" bob mv "$reports/.y.swp" "$reports/y.txt"
must bob rm -f "$reports/.y.swp"
must bob rm -f "$reports/.x.swp"
refuses "not permitted" bob cp "$dir/report" "$reports/scratch"
id=$(dossier_of renamed)
must write reason.txt "a test"
must rita mv "$ca/ra/pending/$id" "$ca/ra/rejected/"

# Nobody takes away what another is still writing.
bob python3 - "$reports/slow.txt" "$dir/go" >"$dir/slow" <<'E' &
import os, sys, time
fd = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT)
os.write(fd, b"It takes long to say.\n")
print("written", flush=True)
while not os.path.exists(sys.argv[2]):
    time.sleep(0.02)
os.close(fd)
E
slow=$!
children="$children $slow"
within 10 grep -q written "$dir/slow"
must as s60-eve cp "$dir/report" "$reports/.eve"
refuses "Operation not permitted" as s60-eve rm -f "$reports/slow.txt"
refuses "Operation not permitted" as s60-eve mv "$reports/.eve" \
    "$reports/slow.txt"
refuses "Operation not permitted" as s60-eve mv "$reports/slow.txt" \
    "$reports/.mine"
refuses "Permission denied" as s60-eve cp "$dir/report" "$reports/slow.txt"
must as s60-eve rm "$reports/.eve"
touch "$dir/go"
must wait "$slow"
id=$(dossier_of slow)
must write reason.txt "a test"
must rita mv "$ca/ra/pending/$id" "$ca/ra/rejected/"

# What is no report, by errno and sentence, and an event of each.
wrong() {	# ERROR SENTENCE USER NAME
	before=$(events revocation-refused)
	refuses "$1" as "$3" cp "$dir/report" "$reports/$4"
	within 5 grep -qF -- "$2" "$ca/revoke/refused/$(id -u "$3").txt"
	[ "$(events revocation-refused)" -gt "$before" ] || fail "no event: $2"
	must test ! -e "$reports/${4%.txt}.status"
}
new_person s60-a
new_person s60-b
new_person s60-c
new_person s60-d
new_person s60-e
wrong "not permitted" "wanted a name of" s60-a "my report"
printf 'serial: %s\000' "$serial" >"$dir/report"
wrong "Invalid argument" "wanted UTF-8" s60-b nul.txt
printf '  \n\n' >"$dir/report"
wrong "Invalid argument" "the report says nothing" s60-c blank.txt
head -c 70000 /dev/zero | tr '\0' x >"$dir/report"
wrong "File too large" "octets of" s60-d long.txt
for i in 1 2 3 4; do
	echo "report $i" >"$dir/report"
	must as s60-e cp "$dir/report" "$reports/many$i.txt"
done
wrong "Disk quota exceeded" "4 reports of uid" s60-e many5.txt
# Whoever files too many keeps nobody else from it.
must report more.txt "serial: 01AA" "A serial number that nobody has."
id=$(dossier_of more)
must rita grep -q "no certificate" "$ca/ra/pending/$id/summary.html"

# A crash between the decision and the publication: it is done at start.
drop crash
must report crash.txt "serial: $serial"
id=$(dossier_of crash)
must write confirmation.txt "confirmed, seen"
must write reason.txt "keyCompromise seen"
kill -STOP "$(process signer)"
must approve
kill -9 "$(process core)"
kill -CONT "$(process signer)" 2>/dev/null || true
within 30 on_crl "$serial"
within 30 grep -q "$serial: revoked" "$reports/crash.status"

# Only where pkifs.conf says so.
must "$pkifs" umount "$ca"
sed -i 's/^who = .*/who = officer, subscriber/; s/^how = .*/how = file, key/
    s/^confirmation = .*/confirmation = login/' "$home/pkifs.conf"
mount_ca
must grep -q "state: received" "$reports/more.status"
echo "no way" >"$dir/report"
new_person s60-f
wrong "Permission denied" "here nobody asks by a report" s60-f away.txt
must "$pkifs" verify "$ca/evidence" >"$dir/verified"
