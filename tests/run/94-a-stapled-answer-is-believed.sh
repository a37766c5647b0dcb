# A TLS server staples status/ocsp-by-serial/SERIAL.der, and OpenSSL, GnuTLS and
# curl accept its certificate, or refuse it once it is revoked.
# (CSS-6.3.10-01, CSS-6.3.10-05 / -06)
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/web.sh"
[ -x /usr/sbin/nginx ] || skip "nginx is not installed"
new_ca
new_csr www www.example.org
must cp "$dir/www.csr" "$ca/requests/"
serial=$(serial_of "$ca/requests/www.crt")
cat "$ca/requests/www.crt" "$ca/ca/issuing.pem" >"$dir/www.pem"
cp "$ca/ca/root.pem" "$ca/ca/issuing.pem" "$dir/"
cat "$dir/issuing.pem" "$dir/root.pem" >"$dir/trust.pem"

# The status server, and a TLS server that is somebody else's.
serve_nginx "$ca" "$(free_port)" 9
tls_port=$(free_port)
tls=$dir/tls
nobodys "$tls"
cp "$dir/www.key" "$tls/www.key"
[ "$(id -u)" != 0 ] || chown nobody "$tls/www.key"
nginx_around "$tls" <<Y
server {
	listen 127.0.0.1:$tls_port ssl;
	ssl_certificate $dir/www.pem;
	ssl_certificate_key $tls/www.key;
	ssl_stapling on;
	ssl_stapling_file $tls/www.ocsp;
	location / { return 200 "hello"; }
}
Y
# As examples/nginx/README.md has it: aside, and a rename.
fetch() {
	curl -fsS -R -o "$tls/www.ocsp.new" \
	    "$web/pki/status/ocsp-by-serial/$serial.der" &&
	    [ -s "$tls/www.ocsp.new" ] &&
	    mv "$tls/www.ocsp.new" "$tls/www.ocsp"
}
within 10 fetch
run_nginx "$tls"

# Until no worker with what was before answers any more.
reload() {
	old=$(pgrep -P "$server")
	kill -HUP "$server"
	within 20 another
}
another() {
	now=$(pgrep -P "$server") && for worker in $old; do
		case " $(echo $now) " in
		*" $worker "*) return 1 ;;
		esac
	done
}

# --- good ---------------------------------------------------------------------
within 10 stapled good
says "OCSP Response Status: successful" "$dir/said"
says "Verify return code: 0 (ok)" "$dir/said"
must gnutls_asks >"$dir/said"
says "The certificate is trusted" "$dir/said"
says "OCSP" "$dir/said"
[ "$(curl_asks)" = hello ] || fail "curl: $(curl_asks)"

# A client that wants a staple gets none from a server that has none.
sed -i 's/^\(.*ssl_stapling\)/#\1/' "$tls/nginx.conf"
reload
refuses "No OCSP response received" curl_asks
sed -i 's/^#\(.*ssl_stapling\)/\1/' "$tls/nginx.conf"
reload
within 10 stapled good

# --- revoked: out when the write returns, stapled when it is fetched again -----
must sh -c "echo keyCompromise >'$ca/revoke/$serial'"
renewed() {
	fetch && openssl ocsp -respin "$tls/www.ocsp" -noverify -resp_text |
	    grep -q "Cert Status: revoked"
}
within 5 renewed
reload
within 10 stapled revoked
says "keyCompromise" "$dir/said"
refuses "revoked" gnutls_asks
refuses "revocation reason: keyCompromise" curl_asks
# The answer's text has a certificate too: the responder's, in front of it.
openssl_asks | sed -n '/^Server certificate/,$p' |
    openssl x509 >"$dir/shown.pem"
openssl ocsp -respin "$tls/www.ocsp" -issuer "$dir/issuing.pem" -cert \
    "$dir/shown.pem" -no_nonce -CAfile "$dir/root.pem" >"$dir/said" 2>&1
says "revoked" "$dir/said"
says "Response verify OK" "$dir/said"
