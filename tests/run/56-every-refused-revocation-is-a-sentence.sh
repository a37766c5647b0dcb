# Whatever is wrong about an act in revoke/ has its errno, a sentence to read
# for who did it, and an event; nothing else changes. (REV-6.4.5-09,
# REV-6.2.4-09)
. "$(dirname "$0")/lib.sh"
need_root
new_group pk56-rev
new_person pk56-sub
new_person pk56-rev pk56-rev
new_person pk56-out
make_ca --user pk56-sub
sed -i 's/^revocation = .*/revocation = pk56-rev/' "$home/pkifs.conf"
mount_ca
refused=$ca/revoke/refused
events() { ls "$ca"/evidence/*/*/*/*/*-revocation-refused.json 2>/dev/null | wc -l; }
new_csr www www.example.org
chmod 644 "$dir/www.csr"
must as pk56-sub cp "$dir/www.csr" "$ca/requests/"
serial=$(serial_of "$ca/requests/www.crt")
says "state: valid" "$ca/issued/by-serial/$serial/status"

# wrong USER NAME LINE WORDS SENTENCE
wrong() {
	before=$(events)
	refuses "$4" as "$1" bash -c "echo '$3' >'$ca/revoke/$2'"
	[ "$(events)" = $((before + 1)) ] || fail "no event: $2 $3"
	list=$refused/$(id -u "$1").txt
	head -n 1 "$list" | grep -qF -- "$5" ||
	    fail "'$5' is not said: $(head -n 1 "$list")"
	must test ! -e "$ca/revoke/$serial"
}
rev() { wrong pk56-rev "$@"; }
no=0100000000000000000000000000000000
rev $no superseded "No such file" "no certificate has the serial number $no"
rev 01AB superseded "No such file" "no certificate has the serial number 01AB"
rev "$(echo "$serial" | cut -c1-33)" 4 "No such file" "no certificate has"
rev "${serial}0" superseded "No such file" "no certificate has"
rev "${serial}0000000000000" superseded "No such file" "34 hexadecimal digits"
rev G"${serial#?}" superseded "No such file" "the name is no serial number"
rev www.example.org superseded "No such file" "the name is no serial number"
rev "x y" superseded "No such file" "x?y: the name is no serial number"
rev by-key/abc superseded "No such file" "SHA-256 of a public key"
rev "by-key/$serial" superseded "No such file" "SHA-256 of a public key"

# Another CA's: a serial nobody here ever gave, and one of our own root's.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
    -keyout "$dir/other.key" -out "$dir/other.pem" -subj /CN=other 2>/dev/null
rev "$(serial_of "$dir/other.pem")" superseded "No such file" "no certificate has"
rev "$(serial_of "$ca/ca/issuing.pem")" superseded "No such file" "no certificate has"

rev $serial removeFromCRL "Invalid argument" "stands in delta CRLs only"
rev $serial 8 "Invalid argument" "stands in delta CRLs only"
rev $serial 7 "Invalid argument" "'7' is no reason"
rev $serial 11 "Invalid argument" "'11' is no reason"
rev $serial -1 "Invalid argument" "'-1' is no reason"
rev $serial sorry "Invalid argument" "'sorry' is no reason"
rev $serial "" "Invalid argument" "of at most 1023 octets is wanted"
rev $serial cACompromise "Invalid argument" "certificates of CAs"
rev $serial certificateHold "Invalid argument" "profile does not allow"
rev $serial reinstate "Invalid argument" "not suspended"
rev $serial "4 at=$(date -u -d yesterday +%F)" "Invalid argument" "at= lies in the past"
rev $serial "4 at=$(date -u -d '+400 days' +%F)" "Invalid argument" "a year ahead"
rev $serial "4 at=$(date -u -d '+200 days' +%F)" "Invalid argument" "expired by then"
rev $serial "4 at=soon" "Invalid argument" "at= wants a day or a time"
rev $serial "4 at=$(date -u -d '+1 day' +%F) at=$(date -u -d '+2 days' +%F)" \
    "Invalid argument" "stands twice"
rev $serial "4 $(printf '\377')" "Invalid argument" "one line of UTF-8 text"
rev $serial "4 when=now" "Invalid argument" "'when=now' is not known"
rev $serial "1 at=$(date -u -d '+2 days' +%F)" "Invalid argument" "revoked at once"
rev $serial "1 invalidity=$(date -u -d '-3 days' +%F)" "Invalid argument" \
    "before the certificate was issued"
rev $serial "1 invalidity=$(date -u -d '+2 days' +%F)" "Invalid argument" \
    "lies in the future"
rev $serial "4 until=$(date -u -d '+2 days' +%F)" "Invalid argument" \
    "until= is for certificateHold"

# Who has a right to the certificate reads it there, too; for the others it is
# as if nothing had been.
wrong pk56-sub $serial "4 at=then" "Invalid argument" "at= wants a day"
# A user of a subscriber who mistypes finds the sentence each time, too.
for no in 01AA 01AB 01AC; do
	refuses "No such file" as pk56-sub bash -c "echo 4 >'$ca/revoke/$no'"
	head -n 1 "$refused/$(id -u pk56-sub).txt" | grep -q "number $no" ||
	    fail "$no: $(cat "$refused/$(id -u pk56-sub).txt")"
done
says "refused: 2" "$ca/issued/by-serial/$serial/status"
says "to uid $(id -u pk56-sub) (subscriber): at= wants a day" \
    "$ca/issued/by-serial/$serial/status"
says "state: valid" "$ca/issued/by-serial/$serial/status"
wrong pk56-out $serial superseded "Permission denied" "neither a user of"
# A stranger's try does not stand there.
lacks "$(id -u pk56-out)" "$ca/issued/by-serial/$serial/status"

# Each reads their own, an officer all of them; twenty are kept.
for who in rev sub out; do
	must as pk56-$who cat "$refused/$(id -u pk56-$who).txt" >"$dir/own"
done
refuses "Permission denied" as pk56-out cat "$refused/$(id -u pk56-rev).txt"
refuses "Permission denied" as pk56-sub cat "$refused/$(id -u pk56-rev).txt"
must as pk56-rev cat "$refused/$(id -u pk56-sub).txt" >"$dir/own"
[ "$(wc -l <"$refused/$(id -u pk56-rev).txt")" = 20 ] || fail "not the last 20"
refuses "" as pk56-rev rm "$refused/$(id -u pk56-rev).txt"
refuses "" as pk56-rev sh -c "echo x >'$refused/x'"

# Suspending and reinstating the revoked; what is refused stands in the case.
lower=$(echo "$serial" | tr A-F a-f)
must as pk56-rev sh -c "echo superseded >'$ca/revoke/$lower'"
must test -e "$ca/revoke/$serial"
wrong() {	# now that it is revoked
	refuses "$4" as "$1" bash -c "echo '$3' >'$ca/revoke/$2'"
	says "$5" "$refused/$(id -u "$1").txt"
	says "$5" "$ca/revoke/$serial"
}
rev $serial certificateHold "Key has been revoked" "it is revoked since"
rev $lower reinstate "Operation not permitted" "a revocation is for ever"
rev "$(echo "$serial" | sed 's/../&:/g; s/:$//')" superseded \
    "Key has been revoked" "only the reason may still become keyCompromise"
openssl crl -in "$ca/status/issuing.crl" -inform DER -noout -text |
    grep -A4 "Serial Number: $serial" | grep -q Superseded || fail "the CRL"
must "$pkifs" verify "$ca/evidence" >"$dir/verified"
