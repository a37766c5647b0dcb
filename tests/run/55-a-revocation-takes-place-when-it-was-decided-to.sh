# A revocation decided for later is readable at once and takes place by itself,
# and a compromised key takes every certificate it is in, whoever names it by
# serial or by digest. (REV-6.2.4-05A, REV-6.3.9-01, REV-6.3.9-02, SDP-6.5.1-21)
. "$(dirname "$0")/lib.sh"
need_root
new_group pk55-rev
new_person pk55-sub
new_person pk55-rev pk55-rev
new_person pk55-out
make_ca --user pk55-sub
sed -i 's/^revocation = .*/revocation = pk55-rev/' "$home/pkifs.conf"
mount_ca
sub() { as pk55-sub "$@"; }
drop() {	# NAME [KEY]: its certificate, and $serial
	[ $# = 1 ] || cp "$dir/$2.key" "$dir/$1.key"
	new_csr "$1" "$1.example.org"
	chmod 644 "$dir/$1.csr"
	must sub cp "$dir/$1.csr" "$ca/requests/"
	serial=$(serial_of "$ca/requests/$1.crt")
	file=$ca/revoke/$serial
}
act() { as "$1" bash -c "echo '$2' >'$file'"; }
of() { serial=$(serial_of "$ca/requests/$1.crt"); file=$ca/revoke/$serial; }
on_crl() { of "$1" && crl -text | grep -A7 "Serial Number: $serial" >"$dir/entry"; }
ahead=
in_time() { date -u -d "$1 $ahead" +%Y-%m-%dT%H:%M:%SZ; }

# Decided now, in force in four seconds; a second file says so already.
drop soon
at=$(in_time '+4 seconds')
must act pk55-sub "cessationOfOperation at=$at the server goes"
on_crl soon && fail "on the CRL before its time"
must verify_certificate "$ca/requests/soon.crt"
says "state: to be revoked" "$file"
says "effective: ${at%Z}.000000Z" "$file"
says "text: the server goes" "$file"
says "state: to be revoked" "$ca/issued/by-serial/$serial/status"
ls "$ca/revoke" | grep -q "$serial" || fail "not listed in revoke/"
touch "$dir/stamp"
refuses "Key has been revoked" act pk55-rev "4 at=$(in_time '+1 day')"
refuses "Operation not permitted" as pk55-rev rm "$file"
refuses "Operation not permitted" as pk55-sub rm "$file"
within 20 on_crl soon
says "Cessation Of Operation" "$dir/entry"
says "$(date -u -d "$at" '+%b %e %H:%M:%S %Y')" "$dir/entry"
within 5 grep -q "^publication: CRL " "$file"
says "state: revoked" "$file"
says "by the CA itself: revoked as scheduled" "$file"
# A backup that looks for what is newer finds what it says now.
grep -q "^revoked: .*, cessationOfOperation$" "$ca/requests/soon.status" ||
    fail "$(cat "$ca/requests/soon.status")"
[ "$ca/requests/soon.status" -nt "$dir/stamp" ] || fail "it is not newer"
touch -r "$ca/requests" "$dir/requests"
[ "$(events revocation-scheduled)" = 1 ] || fail "the decision in evidence"
[ "$(events certificate-revoked)" = 1 ] || fail "the revocation in evidence"

# What became due while nothing ran takes place at start; killed in between,
# it still does, once.
drop down
must act pk55-rev "superseded at=$(in_time '+60 seconds')"
says "state: to be revoked" "$file"
drop killed
must "$pkifs" umount "$ca"
# From here on its clock is two minutes ahead: it was down at the time named.
ahead="+120 seconds"
export PKIFS_TEST_STEP=0:120
new_stops
mount_ca
[ "$ca/requests" -ot "$dir/requests" ] && fail "requests/ became older"
within 20 on_crl down
stop arm core.schedule-committed
of killed
must act pk55-rev "superseded at=$(in_time '+2 seconds')"
stopped=$(stop wait 20) || fail "it never took place"
on_crl killed && fail "published before its time"
kill -KILL "${stopped%% *}"
stop release
within 20 on_crl killed
within 10 grep -q "^publication: CRL " "$file"
[ "$(events certificate-revoked)" = 3 ] || fail "each once in evidence"

# A key that is out takes its other certificates, all on one CRL, and the
# dates say since when.
drop one
drop two one
drop three one
drop other
number=$(crl -crlnumber)
of two
must act pk55-sub "keyCompromise invalidity=$(in_time '-1 hour') it was copied"
for name in one two three; do
	must on_crl $name
	says "Key Compromise" "$dir/entry"
done
on_crl other && fail "another key's certificate, too"
[ $((0x${number#*=0x} + 1)) = $(($(crl -crlnumber | sed 's/.*=//'))) ] ||
    fail "more than one CRL: $number, $(crl -crlnumber)"
on_crl two
says "Invalidity Date" "$dir/entry"
of three
says "its key is that of $(serial_of "$ca/requests/two.crt")" "$file"
refuses "Key was rejected" sub cp "$dir/one.csr" "$ca/requests/again.csr"

# By the digest of the key: whoever may revoke each of them, in either case.
drop four
drop five four
digest=$(openssl pkey -in "$dir/four.key" -pubout -outform DER | sha256sum |
    cut -d' ' -f1)
file=$ca/revoke/by-key/$digest
refuses "Permission denied" act pk55-out keyCompromise
refuses "Invalid argument" act pk55-rev certificateHold
must test ! -e "$file"
file=$ca/revoke/by-key/$(echo "$digest" | tr a-f A-F)
must act pk55-sub "superseded a better one is in use"
must on_crl four
within 10 on_crl five
says Superseded "$dir/entry"
says "certificates: 2" "$ca/revoke/by-key/$digest"
says "$serial" "$ca/revoke/by-key/$digest"
[ "$(ls "$ca/revoke/by-key")" = "$digest" ] || fail "$(ls "$ca/revoke/by-key")"
refuses "Operation not permitted" as pk55-rev rm "$ca/revoke/by-key/$digest"
cp "$dir/four.csr" "$dir/six.csr"
chmod 644 "$dir/six.csr"
refuses "Key was rejected" sub cp "$dir/six.csr" "$ca/requests/"

# Also one that was never certified: it is blocked before anybody asks.
new_csr never never.example.org
chmod 644 "$dir/never.csr"
digest=$(openssl pkey -in "$dir/never.key" -pubout -outform DER | sha256sum |
    cut -d' ' -f1)
file=$ca/revoke/by-key/$digest
refuses "No such file" act pk55-rev superseded
must act pk55-rev "keyCompromise found on a forum"
refuses "Key was rejected" sub cp "$dir/never.csr" "$ca/requests/"

# Once more there is nothing to do, and who was first stays in the file.
first=$(cat "$ca/revoke/by-key/$digest")
refuses "Key has been revoked" act pk55-rev "keyCompromise again"
says "the key is blocked since" "$ca/revoke/refused/$(id -u pk55-rev).txt"
[ "$(cat "$ca/revoke/by-key/$digest")" = "$first" ] || fail "another case"
digest=$(openssl pkey -in "$dir/four.key" -pubout -outform DER | sha256sum |
    cut -d' ' -f1)
file=$ca/revoke/by-key/$digest
must act pk55-rev "keyCompromise it is out, too"
must on_crl four
says "Key Compromise" "$dir/entry"
says "reason: keyCompromise" "$ca/revoke/by-key/$digest"
says "text: a better one is in use" "$ca/revoke/by-key/$digest"
[ "$(events revocation-by-key)" = 3 ] || fail "by key in evidence"
[ "$(events status-compared)" = 0 ] || fail "CRL and OCSP differed"
must "$pkifs" verify "$ca/evidence" >"$dir/verified"
