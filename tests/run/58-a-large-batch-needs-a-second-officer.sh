# A file of more revocations than one person may decide on alone is tried, and
# waits as a dossier; another revocation officer, who is not in it, moves that,
# and then it is done once. (REV-6.2.4-09, REQ-7.1.3-01, REQ-7.4.1-11)
. "$(dirname "$0")/lib.sh"
need_root
new_group pk58l-ra
new_group pk58l-rev
new_person pk58l-anna pk58l-rev pk58l-ra
new_person pk58l-bert pk58l-rev pk58l-ra
new_person pk58l-clerk pk58l-ra
new_person pk58l-sub pk58l-rev pk58l-ra
new_stops
# pk58l-sub acts for the subscriber and is an officer too.
make_ca --user pk58l-sub
sed -i 's/^separation = .*/separation = yes/
	s/^ra = .*/ra = pk58l-ra/
	s/^revocation = .*/revocation = pk58l-rev/
	s/^operator = .*/operator = user:games/
	s/^security = .*/security = user:nobody/
	s/^auditor = .*/auditor = user:bin/
	s/^\[revocation\]/&\nbatch_max_alone = 2/' "$home/pkifs.conf"
for who in anna bert sub; do
	appoint pk58l-$who revocation
done
appoint pk58l-clerk ra
mount_ca
batch=$ca/revoke/batch
ra=$ca/ra
drop() {	# NAME: its certificate, and $serial
	new_csr "$1" "$1.example.org"
	chmod 644 "$dir/$1.csr"
	must as pk58l-sub cp "$dir/$1.csr" "$ca/requests/"
	serial=$(serial_of "$ca/requests/$1.crt")
}
put() {		# USER NAME: standard input becomes a file of theirs
	cat >"$dir/$2"
	chmod 644 "$dir/$2"
	as "$1" cp "$dir/$2" "$batch/$2"
}
on_crl() { crl -text | grep -q "Serial Number: $1"; }
moves() { as "$1" mv "$ra/$2/$id" "$ra/$3/"; }
dossier_of() { sed -n 's,^dossier: ra/pending/,,p' "$batch/$1.result"; }

for name in a b c d e; do
	drop $name
	eval "$name=$serial"
done

# As many as one may: done at once.
must put pk58l-anna small <<X
$d superseded
$d superseded
X
within 20 test -f "$batch/small.result"
says "state: done" "$batch/small.result"
within 20 on_crl "$d"

# One more: what each line would do, and nothing done.
must put pk58l-anna large <<X
$a keyCompromise it lay there
$b superseded
$d superseded
0000 superseded
X
within 20 test -f "$batch/large.result"
says "state: waits for a second officer" "$batch/large.result"
says "lines: 4" "$batch/large.result"
says "would-be-done: 2" "$batch/large.result"
says "$a: would be revoked, keyCompromise" "$batch/large.result"
says "$d: would be refused: it is revoked since" "$batch/large.result"
says "0000: would be refused: no certificate has" "$batch/large.result"
[ "$(events revocation-batch-tried)" = 1 ] || fail "the dry run in evidence"
[ ! -e "$ca/revoke/$a" ] || fail "done before it was decided"
id=$(dossier_of large)
must test -d "$ra/pending/$id"
says "kind: batch of revocations" "$ra/pending/$id/decision.txt"
says "batch: large" "$ra/pending/$id/decision.txt"
says "content-sha256: $(sha256sum <"$dir/large" | cut -d' ' -f1)" \
    "$ra/pending/$id/decision.txt"
says "dry-run-sha256: $(sha256sum <"$ra/pending/$id/dry-run.txt" |
    cut -d' ' -f1)" "$ra/pending/$id/decision.txt"
must cmp "$dir/large" "$ra/pending/$id/batch.txt"
says "with the role revocation" "$ra/pending/$id/state"

# Not its author, no one without the role, nobody whose certificates they are.
refuses "Operation not permitted" moves pk58l-anna pending approved
says "nobody decides on what they wrote" "$ra/pending/$id/state"
refuses "Permission denied" moves pk58l-clerk pending approved
refuses "Operation not permitted" moves pk58l-sub pending approved
says "nobody decides on a case of their own" "$ra/pending/$id/state"
[ "$(events decision-refused)" = 3 ] || fail "three refusals in evidence"
[ ! -e "$ca/revoke/$a" ] || fail "done before it was decided"

# Another one: core is killed with the decision on disk, and it is done once.
must stop arm core.decision-committed
moves pk58l-bert pending approved &
move=$!
children="$children $move"
must stop wait 10 >"$dir/reached"
kill -9 "$(process core)"
must stop release
wait $move || fail "the move was not answered"
within 60 grep -q "^state: done" "$batch/large.result"
says "done: 2" "$batch/large.result"
says "refused: 2" "$batch/large.result"
says "$a: revoked, keyCompromise" "$batch/large.result"
within 20 on_crl "$a"
within 20 on_crl "$b"
says "decided-by: uid $(id -u pk58l-anna) (revocation officer)" "$ca/revoke/$a"
says "\"dossier\": $id" "$(newest revocation-batch-done)"
says "\"outcome\": \"approved\"" "$(newest decision-made)"
refuses "" moves pk58l-bert approved rejected

# Written over while it waits: a dossier of its own; rejected is for ever.
must put pk58l-anna other <<X
$c superseded
$c superseded
$c superseded
X
within 20 test -f "$batch/other.result"
id=$(dossier_of other)
must put pk58l-anna other <<X
$c superseded
$e superseded
$c superseded
X
says "state: withdrawn" "$ra/rejected/$id/state"
within 20 test -f "$batch/other.result"
id=$(dossier_of other)
refuses "No data available" moves pk58l-bert pending rejected
echo "not these" >"$dir/reason.txt"
chmod 644 "$dir/reason.txt"
must as pk58l-bert cp "$dir/reason.txt" "$ra/pending/$id/reason.txt"
must moves pk58l-bert pending rejected
within 20 grep -q "^state: rejected" "$batch/other.result"
says "not these" "$batch/other.result"
must as pk58l-anna cp "$dir/other" "$batch/other"
says "state: rejected" "$batch/other.result"
[ ! -e "$ca/revoke/$c" ] || fail "$c was revoked"
[ ! -e "$ca/revoke/$e" ] || fail "$e was revoked"

# Removed while it waits: there is nothing to decide any more.
must put pk58l-anna gone <<X
$c superseded
$e superseded
$c superseded
X
within 20 test -f "$batch/gone.result"
id=$(dossier_of gone)
must as pk58l-anna rm "$batch/gone"
within 20 test -d "$ra/rejected/$id"
says "its author removed it" "$ra/rejected/$id/state"
[ ! -e "$ca/revoke/$e" ] || fail "$e was revoked"
[ "$(events status-compared)" = 0 ] || fail "CRL and OCSP differed"
must "$pkifs" verify "$ca/evidence" >"$dir/verified"
