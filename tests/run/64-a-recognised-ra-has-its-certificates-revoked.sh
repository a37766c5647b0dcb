# A recognised RA has certificates of its own subscribers revoked by a request
# that it signed, made with openssl alone, and gets a signed receipt; what it
# did not sign, or may not ask for, revokes nothing. (REV-6.2.4-09)
. "$(dirname "$0")/lib.sh"
need_root
new_group s64-rev
new_person s64-sub
new_person s64-eve
new_person s64-rita s64-rev
make_ca --user s64-sub --names example.org
sed -i 's/^revocation = .*/revocation = s64-rev/' "$home/pkifs.conf"
new_stops
mount_ca
within 20 test -e "$ca/ca/evidence.pem"
reports=$ca/revoke/reports
drop() {	# NAME: its certificate, and $serial
	new_csr "$1" "$1.example.org"
	chmod 644 "$dir/$1.csr"
	must as s64-sub cp "$dir/$1.csr" "$ca/requests/"
	serial=$(serial_of "$ca/requests/$1.crt")
}
ra_key() {
	new_key "$1"
	openssl req -x509 -new -key "$dir/$1.key" -subj "/CN=RA $1" \
	    -days 30 -addext keyUsage=critical,digitalSignature \
	    -addext basicConstraints=critical,CA:FALSE -out "$dir/$1.crt"
}
# recognise NAME SUBSCRIBER UNTIL: decided as every draft is.
recognise() {
	{
		cat <<END
[authority]
name = Registration office $1
contract = contract 2026/17
until = $3
subscribers = $2
names = example.org
profiles = tls-server
users =
END
		cat "$dir/$1.crt"
	} >"$dir/authority.conf"
	as s64-sub mkdir -p "$ca/ra/authorities/$1"
	must as s64-sub cp "$dir/authority.conf" "$ca/ra/authorities/$1/"
	within 5 as s64-sub sh -c "ls '$ca/ra/pending' | grep ."
	must as s64-sub mv "$ca/ra/pending/$(as s64-sub ls "$ca/ra/pending")" \
	    "$ca/ra/approved/"
	within 5 sh -c "ls '$ca'/evidence/*/*/*/*/*-$4.json"
}
subscriber=s64-sub
soon=$(date -u -d '+20 days' +%F)
ra_key north
ra_key stranger
recognise north "$subscriber" "$soon" authority-recognised

# text ID [LINE...]: what the RA signs; LINE replaces one of the keys.
text() {
	id=$1
	shift
	echo "[package]"
	{
		for line; do echo "$line"; done
		cat <<END
id = $id
authority = north
time = $(date -u +%FT%TZ)
subscriber = $subscriber
END
	} | awk '!seen[$1]++'
	echo "-----BEGIN REVOCATION-----"
	cat "$dir/lines"
	echo "-----END REVOCATION-----"
}
sign() {	# KEY [FORM]: stdin to $dir/signed
	openssl cms -sign -nodetach -signer "$dir/$1.crt" \
	    -inkey "$dir/$1.key" -outform "${2:-DER}" >"$dir/signed" ||
	    fail "openssl cms"
	chmod 644 "$dir/signed"
}
revoke() { as s64-eve cp "$dir/signed" "$reports/$1.p7m"; }

# Two certificates, whoever carries the request; a receipt that openssl checks.
drop one
one=$serial
drop two
printf '%s superseded it has another\n# a note\n%s 1 lost\n' "$one" "$(echo \
    "$serial" | tr A-F a-f)" >"$dir/lines"
text first-0001 | sign north
must revoke first
within 20 test -e "$ca/revoke/$one"
within 20 grep -q "publication: CRL [^p]" "$ca/revoke/$serial"
says "by a recognised RA's signature" "$ca/revoke/$one"
says "(external RA north)" "$ca/revoke/$one"
says "reason: superseded" "$ca/revoke/$one"
says "confirmation: confirmed" "$ca/revoke/$one"
says "reason: keyCompromise" "$ca/revoke/$serial"
says '"authenticated": "a recognised RA"' "$(newest certificate-revoked)"
within 20 as s64-eve grep -q "state: done" "$reports/first.status"
must as s64-eve grep -q "$one: revoked" "$reports/first.status"
within 20 as s64-eve test -s "$reports/first.receipt.p7s"
must as s64-eve cat "$reports/first.receipt.p7s" >"$dir/receipt.p7s"
must openssl cms -verify -inform DER -in "$dir/receipt.p7s" \
    -CAfile "$ca/ca/chain.pem" -out "$dir/receipt" 2>/dev/null
says "package: first-0001" "$dir/receipt"
says "package-sha256: $(sha256sum <"$dir/signed" | cut -d' ' -f1)" \
    "$dir/receipt"
says "revoke: $one superseded" "$dir/receipt"
event=$(newest revocation-request-received)
for word in REV-6.2.4-09 first-0001 '"role": "external-ra"'; do
	says "$word" "$event"
done
# The same again is the same; and PEM and S/MIME do.
must revoke first
[ "$(events revocation-request-received)" = 1 ] || fail "twice"
drop three
echo "$serial cessationOfOperation" >"$dir/lines"
text pem-000001 | sign north PEM
must revoke pem
within 20 test -e "$ca/revoke/$serial"
drop four
echo "$serial 5" >"$dir/lines"
text smime-0001 | sign north SMIME
must revoke smime
within 20 test -e "$ca/revoke/$serial"

# What was accepted for a time is done, also when core was away at that time.
drop late
at=$(date -u -d '+3 seconds' +%FT%TZ)
echo "$serial 4 at=$at" >"$dir/lines"
text late-000001 | sign north
stop arm core.desk-write-committed
revoke late &
writer=$!
stopped=$(stop wait 20) || fail "never committed"
past() { [ "$(date +%s)" -gt "$(date -d "$at" +%s)" ]; }
within 20 past
kill -KILL "${stopped%% *}"
stop release
wait $writer || fail "the request was refused"
within 20 grep -q "publication: CRL [^p]" "$ca/revoke/$serial"
says "effective: ${at%Z}.000000Z" "$ca/revoke/$serial"

# Each way to be wrong: errno, sentence, event; and nothing is revoked.
drop www
echo "$serial keyCompromise" >"$dir/lines"
wrong() {	# ERROR SENTENCE
	who=s64-w$((${number:=0} + 1))
	number=$((number + 1))
	new_person "$who"
	before=$(events revocation-refused)
	refuses "$1" as "$who" cp "$dir/signed" "$reports/bad$number.p7m"
	within 5 grep -qF -- "$2" "$ca/revoke/refused/$(id -u "$who").txt"
	[ "$(events revocation-refused)" -gt "$before" ] || fail "no event: $2"
	must test ! -e "$ca/revoke/$serial"
	must test ! -e "$reports/bad$number.status"
}
text stranger-1 | sign stranger
wrong "Permission denied" "signed by nobody who is a recognised"
text signature1 | sign north
printf 'K' | dd of="$dir/signed" bs=1 conv=notrunc 2>/dev/null \
    seek=$(grep -abo keyCompromise "$dir/signed" | head -n 1 | cut -d: -f1)
wrong "Key was rejected" "signature is not right"
text first-0001 | sign north
wrong "File exists" "was accepted from this RA before"
text old-000001 "time = $(date -u -d '-9 days' +%FT%TZ)" | sign north
wrong "Timer expired" "more than 7 days ago"
text whose-0001 "authority = south" | sign north
wrong "Permission denied" "says it is from another"
text nobody-001 "subscriber = nobody-here" | sign north
wrong "Permission denied" "not recognised for the subscriber"
echo "01AA keyCompromise" >"$dir/lines"
text unknown-01 | sign north
wrong "No such file" "no certificate has the serial number 01AA"
own=$(serial_of "$ca/ca/evidence.pem")
printf '%s superseded\n%s superseded\n' "$serial" "$own" >"$dir/lines"
text others-001 | sign north
wrong "Permission denied" "is none of the subscriber"
echo "$one superseded" >"$dir/lines"
text again-0001 | sign north
wrong "Key has been revoked" "is revoked already"
echo "$serial reinstate" >"$dir/lines"
text back-00001 | sign north
wrong "Permission denied" "only a revocation officer brings"
echo "$serial certificateHold" >"$dir/lines"
text hold-00001 | sign north
wrong "Invalid argument" "does not allow a suspension"
echo "$serial 4 at=$(date -u -d '+300 days' +%F)" >"$dir/lines"
text late-00001 | sign north
wrong "Invalid argument" "expired by then"
echo "$serial 1 invalidity=$(date -u -d '-300 days' +%F)" >"$dir/lines"
text early-0001 | sign north
wrong "Invalid argument" "before the certificate was issued"
echo "$serial because" >"$dir/lines"
text reason-001 | sign north
wrong "Invalid argument" "is no reason"
echo "# nothing" >"$dir/lines"
text empty-0001 | sign north
wrong "Invalid argument" "no line names a certificate"
echo "hello" >"$dir/signed"
wrong "Bad message" "it is no"
echo "$serial keyCompromise" >"$dir/lines"
# When its recognition ended it is nobody again.
recognise north "$subscriber" "$(date -u -d '-2 days' +%F)" \
    authority-ended
text ended-0001 | sign north
wrong "Key has expired" "recognised until"
must "$pkifs" verify "$ca/evidence" >"$dir/verified"
