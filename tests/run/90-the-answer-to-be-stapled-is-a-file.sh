# status/ocsp-by-serial/<serial>.der is the OCSP answer a server staples.
. "$(dirname "$0")/lib.sh"
new_ca
new_csr www www.example.org
must cp "$dir/www.csr" "$ca/requests/"
serial=$(serial_of "$ca/requests/www.crt")
staples=$ca/status/ocsp-by-serial

says_of() {	# file word
	openssl ocsp -respin "$1" -issuer "$ca/ca/issuing.pem" \
	    -CAfile "$ca/ca/root.pem" $3 -cert "$ca/requests/www.crt" \
	    -no_nonce >"$dir/answer" 2>&1 && grep -q ": $2" "$dir/answer"
}

[ -z "$(ls "$staples")" ] || fail "an answer that nobody asked for"
within 10 test -s "$staples/$serial.der"	# until its key is ready
must says_of "$staples/$serial.der" good ""
must says_of "$staples/$serial.sha256.der" good -sha256
[ "$(ls "$staples" | sort | tr '\n' ' ')" = \
    "$serial.der $serial.sha256.der " ] || fail "$(ls "$staples")"

# The same file as the one by its request, and a snapshot.
openssl ocsp -issuer "$ca/ca/issuing.pem" -cert "$ca/requests/www.crt" \
    -no_nonce -reqout "$dir/req" >/dev/null 2>&1
request=$ca/status/ocsp/$(base64 -w0 "$dir/req" | sed "s,/*$,,")
[ "$(stat -c %i "$request")" = "$(stat -c %i "$staples/$serial.der")" ] ||
    fail "two files for one answer"
exec 5<"$staples/$serial.der"
must sh -c "echo superseded >'$ca/revoke/$serial'"
must says_of "$staples/$serial.der" revoked ""
must says_of "$staples/$serial.sha256.der" revoked -sha256
cat <&5 >"$dir/before.der"
must says_of "$dir/before.der" good ""

# Only what was issued has a name, in one spelling.
for name in 01000000000000000000000000000000AA.der \
    "$(echo "$serial" | tr A-F a-f).txt" "$serial" "$serial.der.der" .der; do
	must test ! -e "$staples/$name"
done
refuses "" touch "$staples/x"
