# Ten thousand certificates are revoked by one file: one act with a verdict on
# each line, published once; with the rights of whoever wrote it, going on
# where a crash stopped it, and the same when it comes again.
# (REV-6.2.4-08, REV-6.2.4-09, REV-6.4.5-09)
. "$(dirname "$0")/lib.sh"
need_root
new_group pk58-rev
new_person pk58-sub
new_person pk58-rev pk58-rev
new_person pk58-out
new_stops
make_ca --user pk58-sub
sed -i 's/^revocation = .*/revocation = pk58-rev/
	s/^\[revocation\]/&\nbatch_max_alone = 250000/' "$home/pkifs.conf"
mount_ca
sub() { as pk58-sub "$@"; }
rev() { as pk58-rev "$@"; }
batch=$ca/revoke/batch
drop() {	# NAME: its certificate, and $serial
	new_csr "$1" "$1.example.org"
	chmod 644 "$dir/$1.csr"
	must sub cp "$dir/$1.csr" "$ca/requests/"
	serial=$(serial_of "$ca/requests/$1.crt")
}
# put USER NAME: standard input becomes a file of theirs, copied there
put() {
	cat >"$dir/$2"
	chmod 644 "$dir/$2"
	as "$1" cp "$dir/$2" "$batch/$2"
}
on_crl() { crl -text | grep -A4 "Serial Number: $1" >"$dir/entry"; }

for name in a b c d e f g h; do
	drop $name
	eval "$name=$serial"
done

# Good lines, and each way in which one is bad.
must put pk58-rev mixed <<X
# what was found on the fair
$a keyCompromise it lay there
$(echo "$b" | tr A-F a-f)   superseded

$c superseded at=2020-01-01
$c nonsense
0000 superseded
not-a-serial superseded
$d cessationOfOperation at=$(date -u -d '+2 days' +%FT%TZ) later
$b superseded
X
within 20 test -f "$batch/mixed.result"
says "state: done" "$batch/mixed.result"
says "lines: 8" "$batch/mixed.result"
says "done: 3" "$batch/mixed.result"
says "refused: 5" "$batch/mixed.result"
says "asked-by: uid $(id -u pk58-rev)" "$batch/mixed.result"
says "$a: revoked, keyCompromise" "$batch/mixed.result"
says "$b: revoked, superseded" "$batch/mixed.result"
says "$c: refused: at= lies in the past" "$batch/mixed.result"
says "$c: refused: 'nonsense' is no reason" "$batch/mixed.result"
says "0000: refused: no certificate has this serial" "$batch/mixed.result"
says "line 8: refused: a serial number is wanted" "$batch/mixed.result"
says "$d: to be revoked at " "$batch/mixed.result"
says "$b: refused: it is revoked since" "$batch/mixed.result"
within 20 on_crl "$a"
says "Key Compromise" "$dir/entry"
within 20 on_crl "$b"
on_crl "$c" && fail "$c is on the CRL"
on_crl "$d" && fail "$d is on the CRL already"
says "state: revoked" "$ca/revoke/$a"
says "text: it lay there" "$ca/revoke/$a"
says "decided-by: uid $(id -u pk58-rev) (revocation officer)" \
    "$ca/revoke/$a"
published() { grep -q "^publication: CRL .*OCSP at " "$ca/revoke/$a"; }
within 20 published
[ "$(events revocation-batch-done)" = 1 ] || fail "the batch in evidence"
# They are done in an order of their own, and told in that of the file.
names() { sed '1,/^$/d' "$1" | cut -d: -f1; }
names "$batch/mixed.result" >"$dir/verdicts"
printf '%s\n' $a $b $c $c 0000 "line 8" $d $b |
    must cmp - "$dir/verdicts"

# The same again is the same, and says nothing new.
before=$(events certificate-revoked)
must rev cp "$dir/mixed" "$batch/mixed"
says "done: 3" "$batch/mixed.result"
[ "$(events certificate-revoked)" = "$before" ] || fail "revoked twice"
[ "$(events revocation-batch-done)" = 1 ] || fail "one batch, two acts"

# Two certificates of one key, that of the line behind being the older one: its
# own line is done first, and what comes with the key changes its reason.
drop older
older=$serial
must sub cp "$dir/older.csr" "$ca/requests/newer.csr"
newer=$(serial_of "$ca/requests/newer.crt")
[ "$newer" != "$older" ] || fail "one certificate under two names"
must put pk58-rev twins <<X
$newer keyCompromise
$older superseded
X
within 20 test -f "$batch/twins.result"
says "done: 2" "$batch/twins.result"
says "$newer: revoked, keyCompromise" "$batch/twins.result"
says "$older: revoked, superseded" "$batch/twins.result"
says "reason: keyCompromise (1)" "$ca/revoke/$older"
says "reason keyCompromise (1), was superseded since" "$ca/revoke/$older"
says "reason: keyCompromise (1)" "$ca/revoke/$newer"
refuses "Key was rejected" sub cp "$dir/older.csr" "$ca/requests/third.csr"

# A subscriber for what is theirs, nobody else for anything; each file is its
# author's, and results are written by the CA alone.
must put pk58-sub mine <<X
$e superseded
X
within 20 test -f "$batch/mine.result"
says "$e: revoked, superseded" "$batch/mine.result"
refuses "Permission denied" put pk58-out theirs <<X
$f superseded
X
says "theirs: uid $(id -u pk58-out) is neither a revocation officer nor a" \
    "$ca/revoke/refused/$(id -u pk58-out).txt"
[ "$(events revocation-refused)" = 1 ] || fail "the refusal in evidence"
refuses "Permission denied" as pk58-out cat "$batch/mine.result"
refuses "Permission denied" as pk58-out cat "$batch/mine"
must sub cat "$batch/mine.result" >"$dir/mine.result"
must rev cat "$batch/mine.result" >"$dir/theirs.result"
refuses "" as pk58-out rm -f "$batch/mine"
refuses "" as pk58-rev sh -c "echo '$f superseded' >'$batch/mine'"
refuses "" as pk58-rev sh -c "echo done >'$batch/mine.result'"
refuses "" as pk58-sub rm -f "$batch/mine.result"
refuses "" as pk58-rev sh -c "echo done >'$batch/new.result'"
must sub rm "$batch/mine"
on_crl "$e" || fail "removing the file brought $e back"

# What is no text of lines is refused as a whole, with its sentence.
head -c 3000 /dev/urandom >"$dir/octets"
chmod 644 "$dir/octets"
refuses "Invalid argument" rev cp "$dir/octets" "$batch/octets"
says "state: refused" "$batch/octets.result"
refuses "Invalid argument" put pk58-rev nothing <<X
# nothing
X
says "no line names a certificate" "$batch/nothing.result"

# Who revokes one certificate meanwhile is not kept by the batch, whose lines
# are said to be published when all are done.
must stop arm core.batch-part-committed
put pk58-rev part <<X &
$g superseded
X
copy=$!
children="$children $copy"
must stop wait 10 >"$dir/reached"
must rev sh -c "echo superseded >'$ca/revoke/$h'"
says_published() { grep -q "^publication: CRL .*OCSP at " "$ca/revoke/$1"; }
within 20 says_published "$h"
on_crl "$g" || fail "what is done of the batch is not on a new CRL"
says_published "$g" && fail "$g is said to be published before its batch"
must stop release
wait $copy || fail "the copy was not answered"
within 20 says_published "$g"

# Killed in the middle: it goes on where it was, and leaves nothing out.
n=${BATCH:-10000}
{
	i=0
	while [ $i -lt $((n - 1)) ]; do
		[ $i != $((n / 2)) ] || echo "$f superseded"
		printf '%04X superseded\n' $i
		i=$((i + 1))
	done
} >"$dir/large"
chmod 644 "$dir/large"
must stop arm core.batch-part-committed
as pk58-rev cp "$dir/large" "$batch/large" &
copy=$!
children="$children $copy"
must stop wait 10 >"$dir/reached"
kill -9 "$(process core)"
must stop release
wait $copy || fail "the copy was not answered"
within 60 test -f "$batch/large.result"
says "lines: $n" "$batch/large.result"
says "done: 1" "$batch/large.result"
says "refused: $((n - 1))" "$batch/large.result"
says "$f: revoked, superseded" "$batch/large.result"
[ "$(sed '1,/^$/d' "$batch/large.result" | wc -l)" = "$n" ] ||
    fail "not one verdict a line"
names "$batch/large.result" >"$dir/verdicts"
cut -d' ' -f1 "$dir/large" | must cmp - "$dir/verdicts"
within 20 on_crl "$f"
[ "$(events status-compared)" = 0 ] || fail "CRL and OCSP differed"
must "$pkifs" verify "$ca/evidence" >"$dir/verified"
