# When echo has written a reason, CRL and OCSP say so to whoever reads next.
# (CSS-6.3.9-07, CSS-6.3.10-01, -05, -06)
. "$(dirname "$0")/lib.sh"
new_ca
new_csr www www.example.org
must cp "$dir/www.csr" "$ca/requests/"
serial=$(serial_of "$ca/requests/www.crt")

on_crl() {
	openssl crl -in "$ca/status/issuing.crl" -inform DER -noout -text |
	    grep -q "$serial"
}
ocsp_says() {
	openssl ocsp -issuer "$ca/ca/issuing.pem" -cert "$ca/requests/www.crt" \
	    -reqout "$dir/ocsp.req" -no_nonce >/dev/null 2>&1
	name=$(base64 -w0 "$dir/ocsp.req" | sed "s,/*$,,")
	openssl ocsp -issuer "$ca/ca/issuing.pem" -cert "$ca/requests/www.crt" \
	    -respin "$ca/status/ocsp/$name" -CAfile "$ca/ca/root.pem" \
	    -verify_other "$ca/ca/issuing.pem" -no_nonce 2>&1 |
	    grep -q "www.crt: $1"
}

on_crl && fail "on the CRL before it was revoked"
must ocsp_says good
must test ! -e "$ca/revoke/$serial"

echo keyCompromise >"$ca/revoke/$serial" || fail "the revocation was refused"
must on_crl
must ocsp_says revoked
says keyCompromise "$ca/revoke/$serial"
openssl crl -in "$ca/status/issuing.crl.pem" -noout -text |
    grep -q "Key Compromise" || fail "no reason in the PEM CRL"

# It verifies under the issuing key, and a relying party refuses the leaf.
openssl crl -in "$ca/status/issuing.crl" -inform DER -noout \
    -CAfile "$ca/ca/issuing.pem" 2>&1 | grep -q "verify OK" || fail "CRL signature"
cat "$ca/ca/root.pem" "$ca/ca/issuing.pem" >"$dir/trust.pem"
refuses "certificate revoked" openssl verify -crl_check \
    -CRLfile "$ca/status/issuing.crl.pem" -CAfile "$dir/trust.pem" \
    "$ca/requests/www.crt"

# What cannot be: a serial never issued, an unknown reason, twice, undoing.
refuses "No such file" bash -c \
    "echo keyCompromise >'$ca/revoke/01000000000000000000000000000000FF'"
refuses "Invalid argument" bash -c "echo foo >'$ca/revoke/$serial'"
refuses "Key has been revoked" bash -c "echo superseded >'$ca/revoke/$serial'"
refuses "not permitted" rm -f "$ca/revoke/$serial"
refuses "" rm -rf "$ca/revoke"
must on_crl

# The key is blocked: the same request again is refused.
refuses "Key was rejected" cp "$dir/www.csr" "$ca/requests/again.csr"

# Names and numbers of reasons, lower-case serials and colons are understood;
# a later word that the key was compromised is accepted.
for i in 1 2 3; do
	new_csr r$i r$i.example.org
	must cp "$dir/r$i.csr" "$ca/requests/"
done
one=$(serial_of "$ca/requests/r1.crt" | tr A-F a-f)
two=$(serial_of "$ca/requests/r2.crt" | sed 's/../&:/g; s/:$//')
three=$(serial_of "$ca/requests/r3.crt")
must sh -c "echo 4 >'$ca/revoke/$one'"
must sh -c "printf 'cessationOfOperation moved away' >'$ca/revoke/$two'"
must sh -c "echo superseded >'$ca/revoke/$three'"
must sh -c "echo keyCompromise >'$ca/revoke/$three'"
[ "$(openssl crl -in "$ca/status/issuing.crl" -inform DER -noout -text |
    grep -c "Serial Number")" = 4 ] || fail "four should be on the CRL"

# CRL numbers rise, and the numbers and events are in evidence.
[ "$(ls "$ca"/evidence/*/*/*/*/ | grep -c certificate-revoked)" -ge 4 ] ||
    fail "revocations in evidence"
must "$pkifs" verify "$ca/evidence"
