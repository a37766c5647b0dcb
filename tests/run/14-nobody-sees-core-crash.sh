# kill -9 of core while forty cp are in flight: each ends with its certificate,
# open files read on, and nobody who reads meets an error.
. "$(dirname "$0")/lib.sh"
need_resend
make_ca
# All forty are to wait in their close until core was killed.
sed -i 's/^wait = .*/wait = 60 s/' "$home/pkifs.conf"
mount_ca
for i in $(seq 1 40); do
	new_csr k$i k$i.example.org
done
new_csr first first.example.org
must cp "$dir/first.csr" "$ca/requests/"
# Opened, and not read before core was killed: the kernel has nothing of them.
# A file of /dev/fd is opened anew, so it is the descriptors that are read.
serial=$(ls "$ca/issued/by-name/first.example.org")
event=$(ls "$ca"/evidence/*/*/*/*/*-issued.json | tail -n 1)
exec 3<"$ca/requests/first.crt" 4<"$ca/requests/first.csr" \
    5<"$ca/requests/first.status" 6<"$ca/status/issuing.crl" 7<"$event"
must cp "$ca/status/issuing.crl.pem" "$dir/crl.pem"

# Somebody reads all the time.
(while [ ! -e "$dir/enough" ]; do
	cat "$ca/status/health.txt" "$ca/requests/first.csr" >/dev/null &&
	    ls -l "$ca/requests" >/dev/null || exit 1
	echo x >>"$dir/reads"
done 2>>"$dir/errors") &
reader=$!
children="$children $reader"

signer=$(process signer)
kill -STOP "$signer"
copies=
for i in $(seq 1 40); do
	cp "$dir/k$i.csr" "$ca/requests/" 2>>"$dir/errors" &
	copies="$copies $!"
done
all_approved() {
	[ "$(cat "$ca"/requests/k*.status | grep -c '^state: approved')" = 40 ]
}
within 30 all_approved
for pid in $copies; do
	kill -0 "$pid" || fail "a copy did not wait"
done
core=$(process core)
reads=$(wc -l <"$dir/reads")
kill -9 "$core"
another() { now=$(process core); [ -n "$now" ] && [ "$now" != "$core" ]; }
within 20 another
kill -CONT "$signer"
for pid in $copies; do
	wait "$pid" || fail "a copy failed: $(cat "$dir/errors")"
done
read_since() { [ "$(wc -l <"$dir/reads")" -gt $((reads + 2)) ]; }
within 20 read_since
touch "$dir/enough"
wait $reader || fail "a reader failed: $(cat "$dir/errors")"
[ ! -s "$dir/errors" ] || fail "$(cat "$dir/errors")"
[ "$(process signer)" = "$signer" ] || fail "the signer is another"
for i in $(seq 1 40); do
	must verify_certificate "$ca/requests/k$i.crt"
	must cmp "$dir/k$i.csr" "$ca/requests/k$i.csr"
	[ "$(ls "$ca/issued/by-name/k$i.example.org" | wc -l)" = 1 ] ||
	    fail "k$i was issued twice"
done

# A revocation over a crash; the open CRL is the one before it.
core=$(process core)
kill -9 "$core"
must sh -c "echo superseded >'$ca/revoke/$serial'"
within 20 another

# Open files read on.
cat <&3 >"$dir/fd.crt" && cat <&4 >"$dir/fd.csr" && cat <&5 >"$dir/fd.status" &&
    cat <&6 >"$dir/fd.crl" && cat <&7 >"$dir/fd.json" ||
    fail "an open file cannot be read any more"
must cmp "$dir/fd.crt" "$ca/issued/by-serial/$serial/fullchain.pem"
must cmp "$dir/fd.csr" "$dir/first.csr"
[ "$(head -n 1 "$dir/fd.status")" = "state: issued" ] ||
    fail "the open status: $(cat "$dir/fd.status")"
must openssl crl -in "$dir/crl.pem" -outform DER -out "$dir/crl.der"
must cmp "$dir/fd.crl" "$dir/crl.der"
must cmp "$dir/fd.json" "$event"
says "$serial" "$dir/fd.json"
must "$pkifs" verify "$ca/evidence"
