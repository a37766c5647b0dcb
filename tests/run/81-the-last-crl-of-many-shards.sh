# With more lists than are made together each of them has its last one, once,
# also when core is killed between; then the CA has ended. (CSS-6.3.9-06)
. "$(dirname "$0")/lib.sh"
new_stops
make_ca
sed -i 's/^\[status\]/[status]\nshards = 40/' "$home/pkifs.conf"
mount_ca
within 20 test -e "$ca/ca/handover.pem"
within 20 test -e "$ca/ca/evidence.pem"
within 20 test -e "$ca/status/crl/40.crl"
told() { [ "$(events "$1")" = "$2" ]; }
lists="issuing.crl $(seq -f 'crl/%g.crl' 40)"
ended() {	# how many of them have their last
	for list in $lists; do
		openssl crl -in "$1/status/$list" -inform DER -noout -nextupdate
	done | grep -c " 9999 GMT"
}
begun() {
	grep -c "begin crl issuing .* number=[0-9/]*/last " \
	    "$home/signer/journal"
}
have_ended() { [ "$(ended "$1")" = 41 ]; }

new_csr www www.example.org
must cp "$dir/www.csr" "$ca/requests/"
serial=$(serial_of "$ca/requests/www.crt")
must sh -c "echo superseded >'$ca/revoke/$serial'"
must sh -c "echo 'it was for a test' >'$ca/revoke/batch/last-crl.txt'"
id=$(grep -l '^kind: last CRL' "$ca"/ra/pending/*/state |
    sed 's,.*/pending/,,; s,/.*,,')
must mv "$ca/ra/pending/$id" "$ca/ra/countersign/"

# Killed when some of them are out.
must stop arm core.last-crl-due
must mv "$ca/ra/countersign/$id" "$ca/ra/approved/"
must stop wait 60 >/dev/null
told last-crl-published 0 || fail "told before the first was made"
must stop release
must stop arm core.last-crl-due
core=$(stop wait 60) || fail "they were made at once"
some=$(begun)
[ "$some" -gt 0 ] && [ "$some" -lt 41 ] || fail "at once: $some"
kill -9 "${core%% *}"
must stop release

within 60 told last-crl-published 1
within 20 have_ended "$ca"
within 20 have_ended "$home/published"
[ "$(begun)" = 41 ] || fail "of 41 last ones $(begun) were begun"
within 20 grep -q "^ok .* crl " "$ca/status/health.txt"
cat "$ca"/ca/root.pem "$ca"/ca/issuing.pem >"$dir/trust.pem"
for list in $lists; do
	must openssl crl -in "$ca/status/$list" -inform DER -noout \
	    -CAfile "$dir/trust.pem" 2>"$dir/said"
	says "verify OK" "$dir/said"
done
