# When the signature of the last CRL is lost in the token it is made again, and
# when core is killed before it could say that the CA ended, the next one says
# it: there is one last CRL, and it is told once. (CSS-6.3.9-06)
. "$(dirname "$0")/lib.sh"
new_stops
make_ca
new_shim 700	# time to kill the signer in the middle of a signature
mount_ca
within 20 test -e "$ca/ca/handover.pem"
within 20 test -e "$ca/ca/evidence.pem"
told() { [ "$(events "$1")" = "$2" ]; }

new_csr www www.example.org
must cp "$dir/www.csr" "$ca/requests/"
must sh -c "echo superseded >'$ca/revoke/$(serial_of "$ca/requests/www.crt")'"
must sh -c "echo 'it was for a test' >'$ca/revoke/batch/last-crl.txt'"
id=$(grep -l '^kind: last CRL' "$ca"/ra/pending/*/state |
    sed 's,.*/pending/,,; s,/.*,,')
must mv "$ca/ra/pending/$id" "$ca/ra/countersign/"

# The signer is killed in the middle of the signature.
begun() {
	grep -c "begin crl issuing .* number=[0-9]*/last " \
	    "$home/signer/journal"
}
must stop arm core.last-crl-due
must mv "$ca/ra/countersign/$id" "$ca/ra/approved/"
must stop wait 60 >/dev/null
signer=$(process signer)
must stop release
within 20 begun
must kill -9 "$signer"
must stop arm core.last-crl-made
core=$(stop wait 60) || fail "no last CRL was made"
told last-crl-published 0 || fail "told before it was so"
kill -9 "$core"

within 60 told last-crl-published 1
told crl-failed 1 || fail "what was lost is not told: $(events crl-failed)"
is_last() {
	openssl crl -in "$ca/status/issuing.crl" -inform DER -noout \
	    -nextupdate | grep -q " 9999 GMT"
}
within 20 is_last
[ "$(begun)" = 2 ] || fail "begun $(begun) times"
within 20 grep -q "^ok .* crl " "$ca/status/health.txt"
