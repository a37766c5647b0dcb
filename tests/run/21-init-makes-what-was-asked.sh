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
	refuses "" "$pkifs" init "$home"
	must "$pkifs" umount "$ca"
	rm -rf "$home"
done
# A subscriber's RSA key, and each curve.
new_ca
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
