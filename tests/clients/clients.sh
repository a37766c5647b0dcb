# openssl, ocsptool, NSS, curl and Java, each with revocation checking of its
# own, accept a good certificate and refuse a revoked one.
#
#	clients.sh responder|mount|published
. "$(dirname "$0")/../run/lib.sh"
. "$(dirname "$0")/../run/web.sh"
for tool in java ocsptool gnutls-cli vfychain ocspclnt curl /usr/sbin/nginx; do
	command -v "$tool" >/dev/null || skip "$tool is not installed"
done
port=$(free_port)
new_ca --url "http://127.0.0.1:$port/pki"
for name in good gone; do
	new_csr $name $name.example.org
	must cp "$dir/$name.csr" "$ca/requests/"
	cp "$ca/requests/$name.crt" "$dir/"
	openssl x509 -in "$dir/$name.crt" -outform DER -out "$dir/$name.der"
	cat "$dir/$name.crt" "$ca/ca/issuing.pem" >"$dir/$name.pem"
done
cp "$ca/ca/issuing.pem" "$ca/ca/root.pem" "$dir/"
cat "$dir/issuing.pem" "$dir/root.pem" >"$dir/trust.pem"
must sh -c "echo keyCompromise >'$ca/revoke/$(serial_of "$dir/gone.crt")'"

case $1 in
responder)
	"$pkifs" respond --listen "127.0.0.1:$port" --per-client 0 "$home" \
	    >"$dir/out" 2>>"$dir/log" &
	children="$children $!"
	within 20 grep -q '^listening on ' "$dir/out"
	server=$!
	web=http://127.0.0.1:$port ;;
mount|published)
	new_responder --per-client 0 "$home"
	files=$ca
	[ "$1" = mount ] || files=$home/published
	serve_nginx "$files" "$port" "${url##*:}" ;;
*)
	fail "clients of what: $1" ;;
esac
status_server=$server
# publish_dir follows the mount.
is_out() {
	curl -fsS "$web/pki/status/issuing.crl" |
	    openssl crl -inform DER -noout -text |
	    grep -q "$(serial_of "$dir/gone.crt")"
}
within 10 is_out
at=$(openssl x509 -in "$dir/good.crt" -noout -ocsp_uri)
[ "$at" = "$web/pki/status/ocsp" ] || fail "the certificate names $at"

# --- OpenSSL: OCSP by POST, CRLs by the distribution point ---------------------
openssl_says() {	# WORD NAME [options]
	word=$1 name=$2
	shift 2
	openssl ocsp -issuer "$dir/issuing.pem" -CAfile "$dir/root.pem" \
	    -verify_other "$dir/issuing.pem" "$@" -cert "$dir/$name.crt" \
	    -url "$at" >"$dir/said" 2>&1 &&
	    grep -q "Response verify OK" "$dir/said" &&
	    grep -q ": $word" "$dir/said"
}
within 20 openssl_says good good	# until the key is ready
for form in -nonce -no_nonce -sha256 -sha1; do
	must openssl_says good good $form
	must openssl_says revoked gone $form
done
# It wants a list for the root too when it is to check all, and finds none by
# itself: a root names no distribution point.
openssl_crl() {
	openssl verify -x509_strict -crl_download -crl_check -CAfile \
	    "$dir/root.pem" -untrusted "$dir/issuing.pem" "$dir/$1.crt" 2>&1
}
for list in issuing.crl.pem root.crl.pem; do
	must curl -fsS "$web/pki/status/$list" >>"$dir/crls.pem"
done
openssl_all() {
	openssl verify -x509_strict -crl_check_all -CRLfile "$dir/crls.pem" \
	    -CAfile "$dir/root.pem" -untrusted "$dir/issuing.pem" \
	    "$dir/$1.crt" 2>&1
}
for how in openssl_crl openssl_all; do
	$how good >"$dir/said" || fail "$how: $(cat "$dir/said")"
	refuses "certificate revoked" $how gone
done

# --- GnuTLS: ocsptool ---------------------------------------------------------
gnutls_says() {	# WORD NAME
	ocsptool --ask --load-cert "$dir/$2.crt" --load-issuer \
	    "$dir/issuing.pem" --load-trust "$dir/issuing.pem" \
	    >"$dir/said" 2>&1 || true
	grep -qi "Certificate Status: $1" "$dir/said"
}
must gnutls_says good good
must gnutls_says revoked gone

# --- NSS: libpkix with OCSP, with CRLs, and its older way ----------------------
nss=sql:$dir/nss
mkdir "$dir/nss"
must certutil -N -d "$nss" --empty-password
must certutil -A -d "$nss" -n root -t CT,C,C -a -i "$dir/root.pem"
must certutil -A -d "$nss" -n issuing -t ,, -a -i "$dir/issuing.pem"
nss_ocsp() {
	vfychain -d "$nss" -pp -g leaf -h requireFreshInfo -m ocsp \
	    -s failIfNoInfo "$dir/$1.der" 2>&1
}
nss_crl() {
	vfychain -d "$nss" -pp -g leaf -h requireFreshInfo -m crl \
	    -s failIfNoInfo -g chain -h requireFreshInfo -m crl \
	    -s failIfNoInfo "$dir/$1.der" 2>&1
}
nss_status() {
	ocspclnt -S "$dir/$1.der" -d "$nss" 2>&1
}
nss_verify() {
	ocspclnt -V "$dir/$1.der" -u s -d "$nss" 2>&1
}
# ocspclnt ends with 0 whatever it found: by what it says.
for how in nss_ocsp nss_crl nss_status nss_verify; do
	$how good >"$dir/said" || fail "$how: $(cat "$dir/said")"
	grep -qE "Chain is good|succeeded" "$dir/said" ||
	    fail "$how: $(cat "$dir/said")"
	$how gone >"$dir/said" || true
	says "Peer's Certificate has been revoked" "$dir/said"
done

# --- Java: PKIX validator ------------------------------------------------------
java_says() {	# arguments of Status.java
	java -Djava.io.tmpdir="$dir" "$top/tests/clients/Status.java" "$@" \
	    2>&1
}
for how in ocsp crl default; do
	for pair in "good:valid" "gone:revoked KEY_COMPROMISE"; do
		said=$(java_says $how "$dir/root.pem" "$dir/issuing.pem" \
		    "$dir/${pair%%:*}.crt") || true
		[ "$said" = "${pair#*:}" ] ||
		    fail "Java, $how, ${pair%%:*}: $said"
	done
done

# --- stapling: from here on there is nobody to ask -----------------------------
tls=$dir/tls
nobodys "$tls"
for name in good gone; do
	cp "$dir/$name.key" "$tls/"
	[ "$(id -u)" != 0 ] || chown nobody "$tls/$name.key"
	must curl -fsS -o "$tls/$name.ocsp" "$web/pki/status/ocsp-by-serial/$(
	    serial_of "$dir/$name.crt").der"
done
tls_port=$(free_port)
for name in good gone; do
	cat <<Y
server {
	listen 127.0.0.1:$tls_port ssl;
	server_name $name.example.org;
	ssl_certificate $dir/$name.pem;
	ssl_certificate_key $tls/$name.key;
	ssl_stapling on;
	ssl_stapling_file $tls/$name.ocsp;
	location / { return 200 "hello"; }
}
Y
done | nginx_around "$tls"
run_nginx "$tls"
kill "$status_server"
is_gone() { ! listens "$port"; }
within 10 is_gone
within 20 sh -c "curl -s -k -o /dev/null 'https://127.0.0.1:$tls_port/'"

curl_asks() {
	curl -sS --cert-status --cacert "$dir/root.pem" --resolve \
	    "$1.example.org:$tls_port:127.0.0.1" \
	    "https://$1.example.org:$tls_port/" 2>&1
}
[ "$(curl_asks good)" = hello ] || fail "curl: $(curl_asks good)"
refuses "revocation reason: keyCompromise" curl_asks gone
gnutls_asks() {
	gnutls-cli --x509cafile="$dir/root.pem" --sni-hostname \
	    "$1.example.org" --verify-hostname "$1.example.org" \
	    --port "$tls_port" 127.0.0.1 </dev/null 2>&1
}
must gnutls_asks good >"$dir/said"
says "The certificate is trusted" "$dir/said"
refuses "revoked" gnutls_asks gone
said=$(java_says tls "$dir/root.pem" good.example.org "$tls_port") || true
[ "$said" = valid ] || fail "Java, stapled: $said"
said=$(java_says tls "$dir/root.pem" gone.example.org "$tls_port") || true
[ "$said" = "revoked KEY_COMPROMISE" ] || fail "Java, stapled, gone: $said"
