# kill -9 of the signer: another takes over, waiting work is finished.
. "$(dirname "$0")/lib.sh"
new_stops
new_ca
for i in $(seq 1 30); do
	new_csr s$i s$i.example.org
done
signer=$(process signer)
[ -n "$signer" ] || fail "no signer"
(for i in $(seq 1 30); do
	cp "$dir/s$i.csr" "$ca/requests/" || exit 1
done) &
copies=$!
for i in 1 2 3 4; do
	within 10 test -s "$ca/requests/s$((i * 5)).crt"
	pid=$(process signer)
	[ -z "$pid" ] || kill -9 "$pid" || true
done
must wait $copies
for i in $(seq 1 30); do
	within 10 test -s "$ca/requests/s$i.crt"
	must verify_certificate "$ca/requests/s$i.crt"
done
[ "$(process signer)" != "$signer" ] || fail "it was never killed"
must "$pkifs" verify "$ca/evidence"

# While it is stopped a drop waits, is registered, and its certificate follows.
there_is() { [ -n "$(process signer)" ]; }
within 20 there_is
must kill -STOP "$(process signer)"
new_csr late late.example.org
must cp "$dir/late.csr" "$ca/requests/"
must test ! -e "$ca/requests/late.crt"
[ "$(head -n 1 "$ca/requests/late.status")" = "state: approved" ] ||
    fail "$(cat "$ca/requests/late.status")"
kill -CONT "$(process signer)"
within 10 test -s "$ca/requests/late.crt"

# A disk that does not take its journal: it leaves, and until one can be synced
# nothing is signed, and health says why. Nobody drops anything twice.
signer=$(process signer)
must stop fault journal-sync 1000000
new_csr eio eio.example.org
must cp "$dir/eio.csr" "$ca/requests/"
must test ! -e "$ca/requests/eio.crt"
within 20 grep -q "^fail  issuing-key .*journal cannot be synced" \
    "$ca/status/health.txt"
[ "$(process signer)" != "$signer" ] || fail "the signer stayed"
must stop fault journal-sync 0
within 30 test -s "$ca/requests/eio.crt"
must verify_certificate "$ca/requests/eio.crt"
within 20 grep -q "^ok    issuing-key" "$ca/status/health.txt"
must "$pkifs" verify "$ca/evidence"
