# OpenSSL, GnuTLS, NSS and curl find the responder by what stands in a
# certificate, believe a good answer and refuse a revoked certificate; one
# responder answers for several CAs, each with its own key.
. "$(dirname "$0")/lib.sh"
port=$(python3 -c 'import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
new_ca --url "http://127.0.0.1:$port/pki"
for name in good gone; do
	new_csr $name $name.example.org
	must cp "$dir/$name.csr" "$ca/requests/"
	cp "$ca/requests/$name.crt" "$dir/"
done
cp "$ca/ca/issuing.pem" "$ca/ca/root.pem" "$dir"
gone=$(serial_of "$dir/gone.crt")
must sh -c "echo keyCompromise >'$ca/revoke/$gone'"

# A second CA; the story's functions go by $home and $ca.
first=$home
home=$dir/home2 ca=$dir/ca2
make_ca
"$pkifs" mount "$home" "$ca" -f >>"$dir/log" 2>&1 &
second_main=$!
children="$children $second_main"
within 30 test -e "$ca/README.txt"
new_csr other other.example.org
must cp "$dir/other.csr" "$ca/requests/"
cp "$ca/requests/other.crt" "$dir/"
cp "$ca/ca/issuing.pem" "$dir/issuing2.pem"
cp "$ca/ca/root.pem" "$dir/root2.pem"
second=$home second_ca=$ca
home=$first ca=$dir/ca

"$pkifs" respond --listen "127.0.0.1:$port" "$first" "$second" \
    >"$dir/out" 2>>"$dir/log" &
responder=$!
children="$children $responder"
within 20 grep -q "^listening on 127.0.0.1:$port" "$dir/out"

# --- OpenSSL, by the address in the certificate -------------------------------
openssl_says() {	# WANTED CERT ISSUER ROOT [options]
	wanted=$1 cert=$2 issuer=$3 root=$4
	shift 4
	openssl ocsp -issuer "$dir/$issuer" -CAfile "$dir/$root" \
	    -verify_other "$dir/$issuer" -cert "$dir/$cert" "$@" \
	    >"$dir/said" 2>&1 &&
	    grep -q "Response verify OK" "$dir/said" &&
	    grep -q ": $wanted" "$dir/said"
}
at=$(openssl x509 -in "$dir/good.crt" -noout -ocsp_uri)
[ "$at" = "http://127.0.0.1:$port/pki/status/ocsp" ] || fail "AIA: $at"
within 20 openssl_says good good.crt issuing.pem root.pem -url "$at"
must openssl_says revoked gone.crt issuing.pem root.pem -url "$at"
must openssl_says revoked gone.crt issuing.pem root.pem -url "$at" -no_nonce

# --- several CAs: each has its own answers; a mixture has none -----------------
within 20 openssl_says good other.crt issuing2.pem root2.pem -url "$at"
openssl_says good other.crt issuing2.pem root2.pem -url "$at" -no_nonce ||
    fail "the second CA: $(cat "$dir/said")"
openssl ocsp -no_nonce -issuer "$dir/issuing.pem" -cert "$dir/good.crt" \
    -issuer "$dir/issuing2.pem" -cert "$dir/other.crt" -url "$at" \
    >"$dir/said" 2>&1 || true
says "unauthorized" "$dir/said"

# --- GnuTLS -------------------------------------------------------------------
gnutls_says() {	# WANTED CERT: the address is in the certificate
	ocsptool --ask --load-cert "$dir/$2" --load-issuer "$dir/issuing.pem" \
	    --load-trust "$dir/issuing.pem" >"$dir/said" 2>&1 || true
	grep -qi "Certificate Status: $1" "$dir/said"
}
must gnutls_says good good.crt
must gnutls_says revoked gone.crt

# --- NSS ----------------------------------------------------------------------
mkdir "$dir/nss"
certutil -N -d "sql:$dir/nss" --empty-password
certutil -A -d "sql:$dir/nss" -n root -t CT,C,C -a -i "$dir/root.pem"
certutil -A -d "sql:$dir/nss" -n issuing -t ,, -a -i "$dir/issuing.pem"
for name in good gone; do
	openssl x509 -in "$dir/$name.crt" -outform DER -out "$dir/$name.der"
done
nss() {	# CERT
	vfychain -d "sql:$dir/nss" -pp -g leaf -m ocsp -s requireFreshInfo \
	    "$dir/$1.der" >"$dir/said" 2>&1
}
must nss good
says "good" "$dir/said"
if nss gone; then
	fail "NSS takes a revoked certificate: $(cat "$dir/said")"
fi
says "revoked" "$dir/said"

# --- curl, as a cache would ---------------------------------------------------
openssl ocsp -issuer "$dir/issuing.pem" -cert "$dir/good.crt" -no_nonce \
    -reqout "$dir/req" >/dev/null 2>&1
name=$(base64 -w0 "$dir/req" | sed 's,+,%2B,g; s,/,%2F,g; s,=,%3D,g')
must curl -sf -o "$dir/one" -D "$dir/headers" "$at/$name"
must curl -sf -o "$dir/two" --etag-save "$dir/etag" "$at/$name"
must cmp "$dir/one" "$dir/two"
[ "$(curl -s -o "$dir/three" -w '%{http_code}' --etag-compare "$dir/etag" \
    "$at/$name")" = 304 ] || fail "the same answer was sent again"
must openssl ocsp -respin "$dir/one" -CAfile "$dir/root.pem" \
    -issuer "$dir/issuing.pem" -cert "$dir/good.crt" -no_nonce \
    >"$dir/said" 2>&1
says ": good" "$dir/said"

kill "$responder"
wait "$responder" || fail "the responder did not end in good order"
must "$pkifs" umount "$second_ca"
