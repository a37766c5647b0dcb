# init with each kind of key and several names; a home in use is refused.
. "$(dirname "$0")/lib.sh"
for key in rsa:3072 ec:P-384; do
	new_ca --key $key --names example.net --url http://pki.example.net/x
	new_csr www-$(echo $key | tr -d :) www.example.net
	for csr in "$dir"/www-*.csr; do
		must cp "$csr" "$ca/requests/"
		crt=$ca/requests/$(basename "$csr" .csr).crt
		must verify_certificate "$crt"
	done
	openssl x509 -in "$crt" -noout -text >"$dir/text"
	says "http://pki.example.net/x/status/issuing.crl" "$dir/text"
	case $key in
	rsa*) says sha256WithRSAEncryption "$dir/text" ;;
	*) says ecdsa-with-SHA384 "$dir/text" ;;
	esac
	must sh -c "echo superseded >'$ca/revoke/$(serial_of "$crt")'"
	refuses "exists and is not empty" "$pkifs" init "$home"
	must "$pkifs" umount "$ca"
	rm -rf "$home"
done
# What init said for its first subscriber nobody verified, and that is recorded
# as it is: in the evidence of init and in each answer that leans on it.
new_ca --names example.org --names example.com
event_of() { ls "$ca"/evidence/*/*/*/*/*-"$1".json | head -n 1; }
says '"sandbox": "yes, from birth"' "$(event_of ca-initialised)"
says '"method": "asserted (sandbox)", "names": 2' \
    "$(event_of subscriber-registered)"
agreement=$(event_of agreement-recorded)
says '"kind": "sandbox: asserted, not verified"' "$agreement"
says "\"terms_sha256\": \"$(sha256sum <"$ca/ca/terms/1.txt" | cut -c1-64)\"" \
    "$agreement"
digest=$(sed -n 's/.*"name": "agreement.txt", [^}]*"sha256": "\([0-9a-f]*\)".*/\1/p' \
    "$agreement")
must cp "$ca/evidence/documents/$digest" "$dir/agreement"
says "SANDBOX AGREEMENT" "$dir/agreement"
says "asserted by whoever made the CA; nobody verified it" "$dir/agreement"
says "names asserted: example.org example.com" "$dir/agreement"
for name in asserted.example.org asserted.example.com; do
	new_csr $name $name
	must cp "$dir/$name.csr" "$ca/requests/"
	status=$ca/requests/$name.status
	[ "$(head -n 1 "$status")" = "state: issued" ] || fail "$(cat "$status")"
	says "sandbox: yes; nothing in it is verified, do not rely on it" "$status"
	says "the subscriber's registration is asserted (sandbox)" "$status"
	says "in agreement 1 (sandbox agreement)" "$status"
	says "of dns by asserted (sandbox)" "$status"
	says '"sandbox": true' "$(event_of certificate-issued)"
done
new_csr outside asserted.example.net
must cp "$dir/outside.csr" "$ca/requests/"
[ "$(head -n 1 "$ca/requests/outside.status")" = "state: pending" ] ||
    fail "$(cat "$ca/requests/outside.status")"

# A subscriber's RSA key, and each curve.
for type in rsa:2048 rsa:3072 ec:P-384; do
	name=k$(echo $type | tr -d :-)
	new_key $name $type
	new_csr $name $name.example.org
	must cp "$dir/$name.csr" "$ca/requests/"
	must verify_certificate "$ca/requests/$name.crt"
done
openssl x509 -in "$ca/requests/krsa2048.crt" -noout -text |
    grep -q "Key Encipherment" || fail "key usage of RSA"
openssl x509 -in "$ca/requests/kecP384.crt" -noout -text >"$dir/text"
says "Digital Signature" "$dir/text"
lacks "Key Encipherment" "$dir/text"
code=0
"$pkifs" frobnicate >/dev/null 2>&1 || code=$?
[ $code = 2 ] || fail "usage: exit $code"
for verb in init mount umount reload verify root-crl version; do
	must "$pkifs" help $verb >"$dir/help"
	says "$verb" "$dir/help"
done
"$pkifs" version | grep -q '^pkifs [0-9]' || fail version
# A new root CRL.
old=$(openssl crl -in "$ca/status/root.crl" -inform DER -noout -crlnumber)
must "$pkifs" root-crl "$home"
must "$pkifs" reload "$home"
newer() { [ "$(openssl crl -in "$ca/status/root.crl" -inform DER -noout \
    -crlnumber)" != "$old" ]; }
within 10 newer
