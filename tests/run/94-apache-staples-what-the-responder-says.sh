# Apache asks the responder by itself and staples what it says: OpenSSL, GnuTLS
# and curl accept its certificate, and refuse it once it is revoked. While the
# responder is away Apache goes on. (CSS-6.3.10-01, CSS-6.3.10-05)
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/web.sh"
[ -x /usr/sbin/apache2 ] || skip "apache2 is not installed"
new_ca
new_responder "$home"
new_csr www www.example.org
must cp "$dir/www.csr" "$ca/requests/"
serial=$(serial_of "$ca/requests/www.crt")
cat "$ca/requests/www.crt" "$ca/ca/issuing.pem" >"$dir/www.pem"
cp "$ca/ca/root.pem" "$dir/"

# As examples/apache/README.md has it, but for how long an answer is kept.
tls_port=$(free_port)
tls=$dir/tls
nobodys "$tls"
cp "$dir/www.key" "$tls/www.key"
[ "$(id -u)" != 0 ] || chown nobody "$tls/www.key"
apache_around "$tls" "$tls_port" ssl socache_shmcb <<Y
SSLStaplingCache "shmcb:$tls/stapling(128000)"
<VirtualHost 127.0.0.1:$tls_port>
	ServerName www.example.org
	SSLEngine on
	SSLCertificateFile $dir/www.pem
	SSLCertificateKeyFile $tls/www.key
	SSLUseStapling on
	SSLStaplingForceURL $url/ocsp
	SSLStaplingReturnResponderErrors off
	SSLStaplingFakeTryLater off
	SSLStaplingStandardCacheTimeout 1
</VirtualHost>
Y
run_apache "$tls"


within 20 stapled good
says "Verify return code: 0 (ok)" "$dir/said"
must gnutls_asks >"$dir/said"
says "The certificate is trusted" "$dir/said"
must curl_asks

# Revoked: with the next question, which Apache asks when its copy is old.
must sh -c "echo keyCompromise >'$ca/revoke/$serial'"
within 20 stapled revoked
says "keyCompromise" "$dir/said"
refuses "revoked" gnutls_asks
refuses "revocation reason: keyCompromise" curl_asks

# Nobody to ask: no staple, and the server serves.
kill "$responder"
wait "$responder" 2>/dev/null || true
none() {
	openssl_asks >"$dir/said" &&
	    grep -q "OCSP response: no response sent" "$dir/said"
}
within 20 none
says "Verify return code: 0 (ok)" "$dir/said"
