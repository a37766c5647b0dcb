# A reader never sees a torn CRL, and what is open stays as it was.
. "$(dirname "$0")/lib.sh"
new_ca
for i in $(seq 1 20); do
	new_csr t$i t$i.example.org
	must cp "$dir/t$i.csr" "$ca/requests/"
done
exec 6<"$ca/status/issuing.crl"
cp "$ca/status/issuing.crl" "$dir/before"
(while [ ! -e "$dir/stop" ]; do
	openssl crl -in "$ca/status/issuing.crl" -inform DER -noout \
	    -CAfile "$ca/ca/issuing.pem" 2>&1 | grep -q "verify OK" ||
	    { echo torn >>"$dir/torn"; }
	echo x >>"$dir/reads"
done) &
reader=$!
for i in $(seq 1 20); do
	must sh -c "echo superseded >'$ca/revoke/$(serial_of "$ca/requests/t$i.crt")'"
done
touch "$dir/stop"
wait $reader
[ ! -e "$dir/torn" ] || fail "$(wc -l <"$dir/torn") torn of $(wc -l <"$dir/reads")"
[ "$(wc -l <"$dir/reads")" -ge 5 ] || fail "too few reads"
must cmp /dev/fd/6 "$dir/before"
cmp -s "$ca/status/issuing.crl" "$dir/before" && fail "the name did not move on"
true
