# `pkifs root-crl --revoke` puts the issuing CA's certificate on the root's CRL
# for ever; once that is imported relying parties refuse what it signed, nothing
# more is issued, and health and an event say why; what was issued has a status
# until it ends. (CSS-6.3.9-13, OVR-6.4.8-13, CSS-6.3.10-04)
. "$(dirname "$0")/lib.sh"
port=$(python3 -c 'import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
url=http://127.0.0.1:$port
new_ca --url "$url"
python3 -m http.server --bind 127.0.0.1 --directory "$home/published" \
    "$port" >/dev/null 2>&1 &
children="$children $!"
new_csr www www.example.org
must cp "$dir/www.csr" "$ca/requests/"
serial=$(serial_of "$ca/requests/www.crt")
issuing=$(openssl x509 -in "$ca/ca/issuing.pem" -noout -serial |
    sed 's/serial=//')
root=$(openssl x509 -in "$ca/ca/root.pem" -noout -serial | sed 's/serial=//')
root_crl() { "$pkifs" root-crl "$@"; }
relies() {	# with both lists
	cat "$ca/status/issuing.crl.pem" "$ca/status/root.crl.pem" >"$dir/crls"
	openssl verify -crl_check_all -CRLfile "$dir/crls" \
	    -CAfile "$ca/ca/root.pem" -untrusted "$ca/ca/issuing.pem" \
	    "$ca/requests/www.crt"
}
must relies >/dev/null

# What makes no sense is refused, and nothing was signed.
cp "$home/ca/root.crl" "$dir/before.crl"
refuses "goes with --reason" root_crl --revoke "$issuing" "$home"
refuses "goes with --revoke" root_crl --reason superseded "$home"
refuses "the reason for a CA" root_crl --revoke "$issuing" \
    --reason certificateHold "$home"
refuses "no reason" root_crl --revoke "$issuing" --reason boredom "$home"
refuses "upper-case hexadecimal" root_crl --revoke 12x --reason superseded \
    "$home"
refuses "was not issued by the root" root_crl --revoke "$serial" \
    --reason cACompromise "$home"
refuses "the root's own" root_crl --revoke "$root" --reason cACompromise \
    "$home"
must cmp "$home/ca/root.crl" "$dir/before.crl"

# It is on the list, with its reason, and stays there.
must root_crl --revoke "$issuing" --reason cACompromise "$home" >/dev/null
listed() {
	openssl crl -in "$1" -inform DER -noout -text >"$dir/list"
	grep -A 4 "Serial Number: $issuing" "$dir/list" >"$dir/entry" &&
	    grep -q "CA Compromise" "$dir/entry"
}
must listed "$home/ca/root.crl"
refuses "is revoked already" root_crl --revoke "$issuing" --reason superseded \
    "$home"
must "$pkifs" reload "$home"
within 20 listed "$ca/status/root.crl"
within 20 listed "$home/published/status/root.crl"
refuses "certificate revoked" relies
"$pkifs" probe "$url" >"$dir/probed" && fail "a probe finds nothing"
grep '"root-crl"' "$dir/probed" >"$dir/line"
says "it lists the issuing CA" "$dir/line"

# Nothing is issued any more, neither by core nor by the signer.
new_csr other other.example.org
cp "$dir/other.csr" "$ca/requests/" 2>/dev/null && fail "it was taken"
[ ! -e "$ca/requests/other.crt" ] || fail "it was issued"
says "the root revoked the issuing CA" "$ca/requests/other.status"
within 20 grep -q "^fail .*issuing-ca .*cACompromise" "$ca/status/health.txt"
within 20 grep -q "issuing-ca" "$ca/status/index.html"
[ "$(events issuing-ca-revoked)" = 1 ] || fail "no event, or several"
says CSS-6.3.9-13 "$(ls "$ca"/evidence/*/*/*/*/*-issuing-ca-revoked.json)"
# Its certificates can be revoked still.
must sh -c "echo keyCompromise >'$ca/revoke/$serial'"

# Status goes on past the end of the OCSP responder's certificate: it is the
# one that is renewed still, and nothing else.
openssl ocsp -issuer "$ca/ca/issuing.pem" -cert "$ca/requests/www.crt" \
    -no_nonce -reqout "$dir/req" >/dev/null 2>&1
name=$(base64 -w0 "$dir/req" | sed 's,/*$,,')
status_at() {	# DAYS: revoked, by a responder's certificate of that time
	cp "$ca/status/ocsp/$name" "$dir/answer" &&
	    openssl ocsp -respin "$dir/answer" -issuer "$ca/ca/issuing.pem" \
	    -cert "$ca/requests/www.crt" -CAfile "$ca/ca/root.pem" \
	    -verify_other "$ca/ca/issuing.pem" -no_nonce \
	    -attime "$(($(date +%s) + $1 * 86400))" \
	    -validity_period $(($1 * 86400 + 86400)) >"$dir/said" 2>&1 &&
	    grep -q "Response verify OK" "$dir/said" &&
	    grep -q ": revoked" "$dir/said"
}
certified() { ls "$ca/issued/by-serial" | wc -l; }
within 20 status_at 0
for days in 8 20; do
	before=$(certified)
	must "$pkifs" umount "$ca"
	PKIFS_TEST_CLOCK=$(($(date +%s) + days * 86400))
	export PKIFS_TEST_CLOCK
	mount_ca
	within 20 status_at "$days"
	within 20 grep -q "^ok .*renewed at half" "$ca/status/health.txt"
	[ "$(certified)" = $((before + 1)) ] || fail "$before, then $(certified)"
done
cp "$dir/other.csr" "$ca/requests/later.csr" 2>/dev/null && fail "it was taken"
unset PKIFS_TEST_CLOCK

# There is no way back: neither a restart nor a list without it.
must root_crl "$home" >/dev/null
must listed "$home/ca/root.crl"
must "$pkifs" umount "$ca"
cp "$dir/before.crl" "$home/ca/root.crl"
mount_ca
within 20 grep -q "^fail .*issuing-ca " "$ca/status/health.txt"
within 20 grep -q "^fail .*root-crl " "$ca/status/health.txt"
must listed "$ca/status/root.crl"
cp "$dir/other.csr" "$ca/requests/again.csr" 2>/dev/null && fail "it was taken"
[ ! -e "$ca/requests/again.crt" ] || fail "it was issued"
[ "$(events issuing-ca-revoked)" = 1 ] || fail "told twice"
must "$pkifs" verify "$ca/evidence" >"$dir/verified"
