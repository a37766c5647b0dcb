# Whoever holds a certificate's private key proves it with one openssl command
# of revoke/HOWTO.txt, and without any role has the certificate revoked as
# keyCompromise; what is no such proof revokes nothing. (REV-6.2.4-09)
. "$(dirname "$0")/lib.sh"
need_root
new_group pk59-rev
new_person pk59-sub
new_person pk59-rev pk59-rev
new_person pk59-finder
make_ca --user pk59-sub
sed -i 's/^revocation = .*/revocation = pk59-rev/' "$home/pkifs.conf"
mount_ca
finder() { as pk59-finder "$@"; }
drop() {	# NAME [KEY TYPE]: its certificate, and $serial
	new_key "$1" "${2:-ec}"
	new_csr "$1" "$1.example.org"
	chmod 644 "$dir/$1.csr"
	must as pk59-sub cp "$dir/$1.csr" "$ca/requests/"
	must cp "$ca/requests/$1.crt" "$dir/$1.crt"
	serial=$(serial_of "$dir/$1.crt")
}
on_crl() {
	openssl crl -in "$ca/status/issuing.crl" -inform DER -noout -text |
	    grep -A4 "Serial Number: $serial" >"$dir/entry"
}
# The command of HOWTO.txt that has this word, with a name and serial put in.
howto() {
	grep -- "$1" "$ca/revoke/HOWTO.txt" |
	    sed "s/www/$2/g; s/SERIAL/$3/; s/^ *//" >"$dir/command"
	[ "$(wc -l <"$dir/command")" = 1 ] || fail "HOWTO.txt has not one $1"
	(cd "$dir" && sh ./command) || fail "$(cat "$dir/command")"
	chmod 644 "$dir/proof"
}

# It is there for everybody, listed, and says what is configured.
must finder cat "$ca/revoke/HOWTO.txt" >"$dir/howto"
ls "$ca/revoke" | grep -qx HOWTO.txt || fail "not listed"
says "group pk59-rev" "$dir/howto"
says "revoke/SERIAL.pop" "$dir/howto"
lacks '\$\{' "$dir/howto"
refuses "" finder sh -c "echo x >'$ca/revoke/HOWTO.txt'"
refuses "" rm -f "$ca/revoke/HOWTO.txt"

# A request and both kinds of CMS, of all kinds of keys; nobody's login counts.
for kind in "ec req" "rsa:3072 cms" "ec:P-384 cms" "rsa:3072 req"; do
	name=key$((${number:=0} + 1))
	number=$((number + 1))
	drop "$name" "${kind% *}"
	howto "openssl ${kind#* } " "$name" "$serial"
	must finder cp "$dir/proof" "$ca/revoke/$serial.pop"
	must on_crl
	says "Key Compromise" "$dir/entry"
	says "state: revoked" "$ca/revoke/$serial"
	says "reason: keyCompromise (1)" "$ca/revoke/$serial"
	says "by proof with the certificate's key" "$ca/revoke/$serial"
	says "(holder of the key)" "$ca/revoke/$serial"
	must test ! -e "$ca/revoke/$serial.pop"
done
[ "$(events certificate-revoked)" = 4 ] || fail "revocations in evidence"
# The proof itself is evidence.
must test -e "$ca/evidence/documents/$(sha256sum <"$dir/proof" | cut -c1-64)"
# The key is blocked for ever.
refuses "" as pk59-sub cp "$dir/key1.csr" "$ca/requests/again.csr"
must test ! -e "$ca/requests/again.crt"

# Detached, DER, by several writes, and under the name in lower case.
drop parts
printf 'keyCompromise of certificate %s' "$serial" >"$dir/sentence"
openssl cms -sign -binary -in "$dir/sentence" -signer "$dir/parts.crt" \
    -inkey "$dir/parts.key" -outform DER -out "$dir/proof"
chmod 644 "$dir/proof"
must finder dd if="$dir/proof" bs=100 conv=notrunc 2>"$dir/dd" \
    of="$ca/revoke/$(echo "$serial" | tr A-F a-f).pop"
must on_crl
says "Key Compromise" "$dir/entry"

# What was revoked for another reason becomes keyCompromise; twice is told so.
drop other
must as pk59-sub sh -c "echo superseded >'$ca/revoke/$serial'"
howto "openssl req " other "$serial"
must finder cp "$dir/proof" "$ca/revoke/$serial.pop"
must on_crl
says "Key Compromise" "$dir/entry"
refuses "Key has been revoked" finder cp "$dir/proof" "$ca/revoke/$serial.pop"

# What proves nothing, by errno, sentence and event; nothing is revoked.
drop www
drop neighbour
neighbour=$serial
serial=$(serial_of "$dir/www.crt")
wrong() {	# ERROR SENTENCE [NAME]
	before=$(events revocation-refused)
	chmod 644 "$dir/proof"
	refuses "$1" as pk59-rev cp "$dir/proof" "$ca/revoke/${3:-$serial.pop}"
	head -n 1 "$ca/revoke/refused/$(id -u pk59-rev).txt" |
	    grep -qF -- "$2" || fail "'$2' is not said: $(head -n 1 \
	    "$ca/revoke/refused/$(id -u pk59-rev).txt")"
	[ "$(events revocation-refused)" = $((before + 1)) ] ||
	    fail "no event: $2"
	must test ! -e "$ca/revoke/$serial"
}
request() {	# KEY SENTENCE
	openssl req -new -key "$dir/$1.key" -subj "/CN=$2" -out "$dir/proof"
}
signed() {	# KEY SENTENCE ARGUMENT...
	key=$1
	printf '%s\n' "$2" >"$dir/sentence"
	shift 2
	openssl cms -sign -in "$dir/sentence" -signer "$dir/$key.crt" \
	    -inkey "$dir/$key.key" -outform PEM -out "$dir/proof" "$@"
}
right="keyCompromise of certificate $serial"
no=0100000000000000000000000000000000
request neighbour "$right"
wrong "Key was rejected" "not made with the key of this certificate"
wrong "No such file" "no certificate has the serial number $no" $no.pop
wrong "No such file" "the name is no serial number" www.pop
request www "keyCompromise of certificate $neighbour"
wrong "Key was rejected" "it does not say '$right'"
wrong "Key was rejected" "not made with the key of this" "$neighbour.pop"
request www "www.example.org"
wrong "Key was rejected" "it does not say"
cp "$dir/www.csr" "$dir/proof"
wrong "Key was rejected" "it does not say"
signed neighbour "$right" -nodetach
wrong "Key was rejected" "not made with the key of this certificate"
signed neighbour "$right"
wrong "Key was rejected" "does not verify with the key of this certificate"
signed www "keyCompromise" -nodetach
wrong "Key was rejected" "it does not say"
signed www "$right, or not"
wrong "Key was rejected" "does not verify"
signed www "$right" -md sha1
wrong "Key was rejected" "digest SHA1"
request www "$right"
head -c 200 "$dir/proof" >"$dir/half"
mv "$dir/half" "$dir/proof"
wrong "Bad message" "it was closed before its end"
echo "please revoke it" >"$dir/proof"
wrong "Bad message" "it was closed before its end"
cp "$dir/www.key" "$dir/proof"
wrong "Bad message" "a private key never leaves its owner"
head -c 40000 /dev/zero >"$dir/proof"
refuses "File too large" finder cp "$dir/proof" "$ca/revoke/$serial.pop"
: >"$dir/proof"
must finder cp "$dir/proof" "$ca/revoke/$serial.pop"
must test ! -e "$ca/revoke/$serial"
must test ! -e "$ca/revoke/$neighbour"

# Only where pkifs.conf says so, and then HOWTO.txt does.
says "whoever proves to hold" "$ca/revoke/HOWTO.txt"
must "$pkifs" umount "$ca"
sed -i 's/^who = .*/who = officer, subscriber/; s/^how = .*/how = file, key/
    s/^confirmation = .*/confirmation = login/' "$home/pkifs.conf"
mount_ca
lacks "whoever proves to hold" "$ca/revoke/HOWTO.txt"
request www "$right"
wrong "Permission denied" "nobody revokes by a proof"
must "$pkifs" verify "$ca/evidence" >"$dir/verified"
