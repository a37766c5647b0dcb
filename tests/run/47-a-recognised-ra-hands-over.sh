# A recognised external RA hands over with openssl alone; nobody else does.
. "$(dirname "$0")/lib.sh"
need_root
new_group pkifsra
new_person pkifsra1 pkifsra
make_ca --user games --names example.org
# One person may decide alone here, and is told from who acts.
mount_ca
within 20 test -e "$ca/ca/handover.pem"
within 20 test -e "$ca/ca/evidence.pem"
must verify_certificate "$ca/ca/handover.pem"
openssl x509 -in "$ca/ca/handover.pem" -noout -ext keyUsage |
    grep -q "Key Agreement" || fail "key usage of handover.pem"
events() { ls "$ca"/evidence/*/*/*/*/ | grep -- "$1"; }
newest() { ls -t "$ca"/evidence/*/*/*/*/*"$1".json | head -n 1; }

# ra_key NAME [DAYS]: a key and a certificate of its own.
ra_key() {
	new_key "$1"
	openssl req -x509 -new -key "$dir/$1.key" -subj "/CN=RA $1" \
	    -days "${2:-30}" -addext keyUsage=critical,digitalSignature \
	    -addext basicConstraints=critical,CA:FALSE -out "$dir/$1.crt"
}
ra_key north
ra_key stranger

# authority NAME UNTIL VALIDATES: as an officer writes it down.
authority() {
	cat <<EOF
[authority]
name = Registration office $1
contract = contract 2026/17
contact = office@example.net
until = $2
subscribers = games
names = example.net, 192.0.2.0/24
profiles = tls-server
users = pkifsra1
validates = $3
EOF
	cat "$dir/$1.crt"
}

# text ID [LINE...]: what the RA signs, with lines of its own instead.
text() {
	id=$1
	shift
	echo "[package]"
	{
		for line; do echo "$line"; done
		cat <<EOF
id = $id
authority = north
time = $(date -u +%FT%TZ)
subscriber = games
EOF
	} | awk '!seen[$1]++'
	cat "$dir/handed.csr"
	echo "-----BEGIN REGISTRATION-----"
	echo "seen in person on 2026-11-20 by clerk 7"
	echo "-----END REGISTRATION-----"
}
sign() {	# KEY: stdin to DER
	openssl cms -sign -nodetach -outform DER -md sha256 \
	    -signer "$dir/$1.crt" -inkey "$dir/$1.key"
}
seal() {	# [CERTIFICATE [CIPHER]]: stdin to DER
	openssl cms -encrypt -binary -outform DER "${2:--aes-256-gcm}" \
	    -recip "${1:-$ca/ca/handover.pem}" -keyopt ecdh_kdf_md:sha256
}
# pack ID [LINE...]: the whole of it, as $dir/pack.p7m
pack() {
	text "$@" | sign north | seal >"$dir/pack.p7m"
	chmod 644 "$dir/pack.p7m"
}
hand_over() {
	as pkifsra1 cp "$dir/pack.p7m" "$ca/requests/$1.p7m"
}
# What is refused: WORDS ERRNO NAME, of $dir/pack.p7m.
refused() {
	refuses "$2" hand_over "$3"
	within 5 test -e "$ca/requests/$3.status"
	says "$1" "$ca/requests/$3.status"
	must test ! -e "$ca/requests/$3.crt"
	must test ! -e "$ca/requests/$3.receipt.p7s"
}
new_csr handed www.example.net

# Before it is recognised it is nobody.
pack before-0001
refuses "Permission denied" hand_over early
refuses "Permission denied" as games cp "$dir/pack.p7m" \
    "$ca/requests/games/early.p7m"
within 5 grep -q "recognised external RA" "$ca/requests/games/early.status"
must events handover-refused

# Recognising it is a decision like every other.
must as games mkdir "$ca/ra/authorities/north"
authority north "$(date -u -d '+20 days' +%F)" yes >"$dir/authority.conf"
sed 's/^profiles.*/profiles = no-such/' "$dir/authority.conf" >"$dir/wrong.conf"
must as games cp "$dir/wrong.conf" "$ca/ra/authorities/north/authority.conf"
within 5 grep -q "no profile no-such" "$ca/ra/authorities/north/state"
[ -z "$(ls "$ca/ra/pending")" ] || fail "a dossier of what is incomplete"
must as games cp "$dir/authority.conf" "$ca/ra/authorities/north/authority.conf"
within 5 sh -c "ls '$ca/ra/pending' | grep ."
dossier=$(ls "$ca/ra/pending" | tail -n 1)
pack before-0002
refuses "Permission denied" hand_over early
must as games mv "$ca/ra/pending/$dossier" "$ca/ra/approved/"
within 5 sh -c "ls '$ca'/evidence/*/*/*/*/*authority-recognised.json"
says "state: in force" "$ca/ra/authorities/north/state"

# What it hands over is issued, on its word, with a signed receipt.
pack first-0001
must hand_over first
within 10 test -s "$ca/requests/first.crt"
must verify_certificate "$ca/requests/first.crt"
openssl x509 -in "$ca/requests/first.crt" -noout -ext subjectAltName |
    grep -q www.example.net || fail "its name"
must cmp "$dir/pack.p7m" "$ca/requests/first.p7m"
says "external RA north" "$ca/requests/first.status"
within 10 test -s "$ca/requests/first.receipt.p7s"
must openssl cms -verify -inform DER -in "$ca/requests/first.receipt.p7s" \
    -CAfile "$ca/ca/chain.pem" -out "$dir/receipt" 2>/dev/null
says "package: first-0001" "$dir/receipt"
says "package-sha256: $(sha256sum <"$dir/pack.p7m" | cut -d' ' -f1)" \
    "$dir/receipt"
# A text without -binary is signed with CRLF: what was signed says both.
says "registration-sha256: $(echo "seen in person on 2026-11-20 by clerk 7" |
    sha256sum | cut -d' ' -f1)" "$dir/receipt"
received=$(newest handover-received)
for word in REG-6.3.2-02 first-0001 '"key": "handover"' registration; do
	grep -qF -- "$word" "$received" || fail "$word: $(cat "$received")"
done
must events receipt-signed

# A change that it hands over names it, and not a login.
first=$(serial_of "$ca/requests/first.crt")
pack change-0001
must hand_over first
within 10 test -e "$ca/issued/by-serial/$first/successor"
says "authenticated-by: external RA north" \
    "$ca/issued/by-serial/$first/successor/changes.txt"
says '"authenticated-by": "external RA north"' "$(newest request-decided)"

# The same again is the same; its id somewhere else, or inside others, is not.
serial=$(serial_of "$ca/requests/first.crt")
must hand_over first
[ "$(serial_of "$ca/requests/first.crt")" = "$serial" ] || fail "another"
refused "accepted from this RA before" "File exists" replayed
pack first-0001
refused "accepted from this RA before" "File exists" replayed2

# CBC does too, and PEM, and S/MIME as openssl makes it by itself.
new_csr handed cbc.example.net
text cbc-00001 | sign north | seal "" -aes-256-cbc >"$dir/pack.p7m"
must hand_over cbc
new_csr handed pem.example.net
text pem-00001 | sign north | openssl cms -encrypt -binary -outform PEM \
    -aes-256-gcm -recip "$ca/ca/handover.pem" \
    -keyopt ecdh_kdf_md:sha384 >"$dir/pack.p7m"
must hand_over pem
new_csr handed smime.example.net
text smime-001 | sign north | openssl cms -encrypt -binary \
    -aes-256-cbc -recip "$ca/ca/handover.pem" \
    -keyopt ecdh_kdf_md:sha256 >"$dir/pack.p7m"
must hand_over smime
# Another stack signs.
new_csr handed gnutls.example.net
text gnutls-01 >"$dir/text"
must certtool --p7-sign --p7-include-cert --p7-time --hash SHA256 --outder \
    --load-privkey "$dir/north.key" --load-certificate "$dir/north.crt" \
    --infile "$dir/text" --outfile "$dir/signed" 2>"$dir/certtool"
seal <"$dir/signed" >"$dir/pack.p7m"
must hand_over gnutls
for name in cbc pem smime gnutls; do
	within 10 test -s "$ca/requests/$name.crt"
done

# What the RA dropped it may take away; the id stays used up.
must as pkifsra1 rm "$ca/requests/gnutls.p7m"
must test ! -e "$ca/requests/gnutls.receipt.p7s"
refused "accepted from this RA before" "File exists" again

# Each way to be wrong, with its word.
new_csr handed bad.example.net
text plain-001 | sign north >"$dir/pack.p7m"
refused "not encrypted" "Bad message" plain
text stranger1 | sign stranger | seal >"$dir/pack.p7m"
refused "recognised external RA" "Permission denied" unknown
text another-1 | sign north | seal "$dir/north.crt" >"$dir/pack.p7m"
refused "encrypted to another" "Key was rejected" another
text twosigner | openssl cms -sign -nodetach -outform DER \
    -signer "$dir/north.crt" -inkey "$dir/north.key" \
    -signer "$dir/stranger.crt" -inkey "$dir/stranger.key" |
    seal >"$dir/pack.p7m"
refused "2 signers" "Key was rejected" two
text weak-0001 | sign north | openssl cms -encrypt -binary -outform DER \
    -aes-256-cbc -recip "$ca/ca/handover.pem" >"$dir/pack.p7m"
refused "ecdh_kdf_md:sha256" "Key was rejected" weak
for cipher in gcm cbc; do
	text "tamper-$cipher" | sign north | seal "" -aes-256-$cipher \
	    >"$dir/whole"
	size=$(stat -c %s "$dir/whole")
	cp "$dir/whole" "$dir/pack.p7m"
	# Another octet than was there, in one of 256 runs too.
	octet=$(dd if="$dir/whole" bs=1 skip=$((size - 40)) count=1 \
	    2>/dev/null | od -An -tu1 | tr -d ' ')
	printf "\\$(printf %o $((octet ^ 1)))" |
	    dd of="$dir/pack.p7m" bs=1 seek=$((size - 40)) \
	    conv=notrunc 2>/dev/null
	refused "cannot be opened" "Key was rejected" "tampered-$cipher"
	head -c $((size - 10)) "$dir/whole" >"$dir/pack.p7m"
	refuses "Bad message" hand_over "cut-$cipher"
done
text signature | sign north >"$dir/signed"
printf 'Z' | dd of="$dir/signed" bs=1 conv=notrunc 2>/dev/null \
    seek=$(grep -abo clerk "$dir/signed" | head -n 1 | cut -d: -f1)
seal <"$dir/signed" >"$dir/pack.p7m"
refused "signature is not right" "Key was rejected" forged
pack old-000001 "time = $(date -u -d '-9 days' +%FT%TZ)"
refused "more than 7 days ago" "Timer expired" old
pack ahead-0001 "time = $(date -u -d '+1 day' +%FT%TZ)"
refused "ahead of ours" "Timer expired" ahead
pack whose-0001 "authority = south"
refused "from another" "Permission denied" whose
pack nobody-001 "subscriber = nobody-here"
refused "not registered" "Permission denied" nobody
pack profile-01 "profile = evidence"
refused "profile evidence" "Permission denied" profile
pack short
refused "8 to 64" "Invalid argument" short
new_csr handed www.example.org
pack scope-0001
refused "not inside what the RA is recognised for" "Permission denied" scope
new_csr handed bad.example.net
pack key-000001
sed -i 's/^-----BEGIN CERT.*/&\nAAAA/' "$dir/handed.csr"
pack notcsr-001
refuses "" hand_over notcsr
new_csr handed bad.example.net
count=$(events handover-refused | wc -l)
[ "$count" -ge 16 ] || fail "$count refusals are events"

# Its word can also be evidence alone: then an officer decides.
authority north "$(date -u -d '+20 days' +%F)" no >"$dir/authority.conf"
must as games cp "$dir/authority.conf" "$ca/ra/authorities/north/authority.conf"
within 5 sh -c "ls '$ca/ra/pending' | grep ."
must as games mv "$ca/ra/pending/$(ls "$ca/ra/pending")" "$ca/ra/approved/"
within 5 sh -c "ls '$ca'/evidence/*/*/*/*/*authority-changed.json"
new_csr handed waits.example.net
pack waits-0001
must hand_over waits
within 10 test -s "$ca/requests/waits.receipt.p7s"
must test ! -e "$ca/requests/waits.crt"
waiting=$(ls "$ca/ra/pending")
as games cat "$ca/ra/pending/$waiting/documents/external-ra-registration.txt" \
    >"$dir/documents"
says "seen in person" "$dir/documents"
must as games mv "$ca/ra/pending/$waiting" "$ca/ra/approved/"
within 10 test -s "$ca/requests/waits.crt"

# When its recognition ended, it is nobody again.
authority north "$(date -u -d '-2 days' +%F)" no >"$dir/authority.conf"
must as games cp "$dir/authority.conf" "$ca/ra/authorities/north/authority.conf"
within 5 sh -c "ls '$ca/ra/pending' | grep ."
for waiting in $(ls "$ca/ra/pending"); do
	[ -e "$ca/ra/pending/$waiting/authority.conf" ] &&
	    must as games mv "$ca/ra/pending/$waiting" "$ca/ra/approved/"
done
within 5 sh -c "ls '$ca'/evidence/*/*/*/*/*authority-ended.json"
pack ended-0001
refuses "Permission denied" hand_over ended
refuses "Key has expired" as games cp "$dir/pack.p7m" \
    "$ca/requests/games/ended.p7m"
within 5 grep -q "recognised until" "$ca/requests/games/ended.status"
must "$pkifs" verify "$ca/evidence"
