# With shards, what is revoked is on the CRL that the certificate names when
# the write returns, and on no other shard; the complete one follows.
# (CSS-6.3.9-05, REV-6.2.4-03C; RFC 5280 5.2.5)
. "$(dirname "$0")/lib.sh"
make_ca
sed -i "s/^\[status\]/[status]\nshards = 3/" "$home/pkifs.conf"
mount_ca
point() {	# the file of the distribution point of a certificate
	openssl x509 -in "$ca/requests/$1.crt" -noout -ext \
	    crlDistributionPoints | sed -n 's,.*URI:http://localhost/pki/,,p'
}
lists() {	# FILE NAME
	openssl crl -in "$ca/$1" -inform DER -noout -text |
	    grep -q "$(serial_of "$ca/requests/$2.crt")"
}
verify() {	# FILE NAME
	openssl crl -in "$ca/$1" -inform DER -out "$dir/shard.pem"
	openssl verify -crl_check -extended_crl -CAfile "$dir/trust.pem" \
	    -CRLfile "$dir/shard.pem" "$ca/requests/$2.crt" 2>&1
}

for i in $(seq 1 8); do
	new_csr "c$i" "c$i.example.org"
	must cp "$dir/c$i.csr" "$ca/requests/"
done
cat "$ca/ca/root.pem" "$ca/ca/issuing.pem" >"$dir/trust.pem"
within 20 test -s "$ca/status/crl/3.crl"
within 20 test -s "$ca/status/crl/1.crl"
ls "$ca/status/crl" | sort | tr '\n' ' ' >"$dir/names"
says "1.crl 2.crl 3.crl" "$dir/names"

# The IDP is what the certificates name, octet by octet, and critical.
mine=$(point c1)
openssl crl -in "$ca/$mine" -inform DER -noout -text >"$dir/crl.txt"
says "Issuing Distribution Point: critical" "$dir/crl.txt"
says "URI:http://localhost/pki/$mine" "$dir/crl.txt"
must verify "$mine" c1

for s in 1 2 3; do cp "$ca/status/crl/$s.crl" "$dir/$s.before"; done
echo keyCompromise >"$ca/revoke/$(serial_of "$ca/requests/c1.crt")" ||
    fail "the revocation was refused"
must lists "$mine" c1
must lists status/issuing-delta.crl c1
refuses "certificate revoked" verify "$mine" c1
within 20 lists status/issuing.crl c1
for s in 1 2 3; do
	[ "status/crl/$s.crl" = "$mine" ] ||
	    must cmp "$dir/$s.before" "$ca/status/crl/$s.crl"
done
# A CRL of another point says nothing of this certificate.
for s in 1 2 3; do
	[ "status/crl/$s.crl" = "$mine" ] ||
	    refuses "different CRL scope" \
	    verify "status/crl/$s.crl" c1
done
ls "$ca"/evidence/*/*/*/*/*-crl-published.json | xargs grep -l '"shard"' \
    >/dev/null || fail "no event tells of a shard"
