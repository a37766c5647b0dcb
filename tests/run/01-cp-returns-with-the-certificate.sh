# When cp has copied a request into requests/, its certificate is there.
. "$(dirname "$0")/lib.sh"
new_ca

new_csr www www.example.org
must cp "$dir/www.csr" "$ca/requests/"
must test -s "$ca/requests/www.crt"
must verify_certificate "$ca/requests/www.crt"
[ "$(head -n 1 "$ca/requests/www.status")" = "state: issued" ] ||
    fail "status: $(cat "$ca/requests/www.status")"
must cmp "$dir/www.csr" "$ca/requests/www.csr"

# The certificate carries what was asked and what the profile says.
text=$(openssl x509 -in "$ca/requests/www.crt" -noout -text)
for wanted in "DNS:www.example.org" "TLS Web Server Authentication" \
    "status/issuing.crl" "OCSP - URI:http://localhost/pki/status/ocsp" \
    "ca/issuing.der" "Policy: 2.999.411.1"; do
	case $text in
	*"$wanted"*) ;;
	*) fail "the certificate has no '$wanted'" ;;
	esac
done
serial=$(serial_of "$ca/requests/www.crt")
case $serial in
01????????????????????????????????) ;;
*) fail "serial $serial is not 01 and 16 octets" ;;
esac

# It stands in issued/ under its serial, name, key and dates.
must test -d "$ca/issued/by-serial/$serial"
must cmp "$dir/www.csr" "$ca/issued/by-serial/$serial/request.csr"
must verify_certificate "$ca/issued/by-serial/$serial/cert.pem"
must test -e "$ca/issued/by-name/www.example.org/$serial/cert.pem"
must test -e "$ca/issued/by-date/$(date -u +%Y/%m/%d)/$serial/cert.pem"
spki=$(openssl x509 -in "$ca/requests/www.crt" -noout -pubkey |
    openssl pkey -pubin -outform DER | sha256sum | cut -d' ' -f1)
must test -e "$ca/issued/by-key/$spki/$serial/cert.pem"
end=$(date -u -d "$(openssl x509 -in "$ca/requests/www.crt" -noout -enddate |
    sed 's/notAfter=//')" +%Y-%m-%d)
must test -e "$ca/issued/expiring/$end/$serial/cert.pem"

# The sizes that stat shows are the sizes that cat delivers.
for file in "$ca"/issued/by-serial/$serial/*; do
	[ -f "$file" ] || continue
	[ "$(stat -c %s "$file")" = "$(cat "$file" | wc -c)" ] ||
	    fail "$file: size differs from content"
done

# The chain in NAME.crt is leaf first, and DER requests are as good as PEM.
[ "$(grep -c BEGIN "$ca/requests/www.crt")" -ge 2 ] || fail "no chain in .crt"
new_csr der der.example.org
openssl req -in "$dir/der.csr" -outform DER -out "$dir/der.p10"
must cp "$dir/der.p10" "$ca/requests/"
must verify_certificate "$ca/requests/der.crt"
