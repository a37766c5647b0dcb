# OpenSSL, GnuTLS and NSS accept what is issued, and refuse what is revoked.
# (open-eidas audit finding C-1)
. "$(dirname "$0")/lib.sh"
new_ca
new_csr www www.example.org
new_csr gone gone.example.org
must cp "$dir/www.csr" "$dir/gone.csr" "$ca/requests/"
must sh -c "echo superseded >'$ca/revoke/$(serial_of "$ca/requests/gone.crt")'"
cat "$ca/ca/root.pem" "$ca/ca/issuing.pem" >"$dir/trust.pem"
cat "$ca/status/issuing.crl.pem" "$ca/status/root.crl.pem" >"$dir/crls.pem"

# OpenSSL, strictly, with both CRLs.
must openssl verify -x509_strict -crl_check_all -CRLfile "$dir/crls.pem" \
    -CAfile "$dir/trust.pem" -purpose sslserver \
    -verify_hostname www.example.org "$ca/requests/www.crt"
refuses "certificate revoked" openssl verify -crl_check_all \
    -CRLfile "$dir/crls.pem" -CAfile "$dir/trust.pem" "$ca/requests/gone.crt"

# GnuTLS: chain, CRL, OCSP.
for name in www gone; do
	cat "$ca/requests/$name.crt" >"$dir/$name.chain"
done
must certtool --verify --infile "$dir/www.chain" \
    --load-ca-certificate "$ca/ca/root.pem" --verify-hostname www.example.org
must certtool --verify-crl --infile "$ca/status/issuing.crl.pem" \
    --load-ca-certificate "$ca/ca/issuing.pem"
certtool --crl-info --infile "$ca/status/issuing.crl.pem" >"$dir/crl.info"
says "$(serial_of "$ca/requests/gone.crt" | tr A-F a-f)" "$dir/crl.info"
for name in www gone; do
	openssl x509 -in "$ca/requests/$name.crt" -out "$dir/$name.leaf"
	must ocsptool --generate-request --load-cert "$dir/$name.leaf" \
	    --load-issuer "$ca/ca/issuing.pem" --no-nonce --outder \
	    --outfile "$dir/$name.req"
	cp "$ca/status/ocsp/$(base64 -w0 "$dir/$name.req" | sed "s,/*$,,")" \
	    "$dir/$name.ocsp"
	must ocsptool --verify-response --load-response "$dir/$name.ocsp" \
	    --load-issuer "$ca/ca/issuing.pem" --load-trust "$dir/trust.pem"
	ocsptool --response-info --infile "$dir/$name.ocsp" >"$dir/$name.info"
done
says "Certificate Status: good" "$dir/www.info"
says "Certificate Status: revoked" "$dir/gone.info"

# NSS: a database with the root trusted, the CRL imported.
mkdir "$dir/nss"
must certutil -N -d "$dir/nss" --empty-password
must certutil -A -d "$dir/nss" -n root -t C,, -i "$ca/ca/root.pem"
must certutil -A -d "$dir/nss" -n issuing -t ,, -i "$ca/ca/issuing.pem"
must certutil -A -d "$dir/nss" -n www -t ,, -i "$dir/www.leaf"
must certutil -A -d "$dir/nss" -n gone -t ,, -i "$dir/gone.leaf"
must certutil -V -d "$dir/nss" -n www -u V -e
must crlutil -I -d "$dir/nss" -i "$ca/status/issuing.crl" -t 1
must certutil -V -d "$dir/nss" -n www -u V -e
refuses "revoked" certutil -V -d "$dir/nss" -n gone -u V -e
