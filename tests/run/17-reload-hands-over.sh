# `pkifs reload` puts a new program and a new configuration in place; nobody sees.
. "$(dirname "$0")/lib.sh"
make_ca
new_stops
mount_ca
new_csr www www.example.org
must cp "$dir/www.csr" "$ca/requests/"
exec 7<"$ca/requests/www.crt"
core=$(process core)
for i in $(seq 1 10); do
	new_csr r$i r$i.example.org
done
(for i in $(seq 1 10); do
	cp "$dir/r$i.csr" "$ca/requests/" || exit 1
	cat "$ca/requests/r$i.crt" >/dev/null || exit 1
done) &
copies=$!
must "$pkifs" reload "$home"
must wait $copies
[ "$(cat "$home/run/lock" | tr -d '\n ')" = "$main" ] || fail "main is another"
another() { now=$(process core); [ -n "$now" ] && [ "$now" != "$core" ]; }
within 10 another
must cmp /dev/fd/7 "$ca/requests/www.crt"

# A changed configuration is an event with both digests.
sed -i 's/^crl_next_update.*/crl_next_update = 12 h/' "$home/pkifs.conf"
grep -q "12 h" "$home/pkifs.conf" || fail "no crl_next_update in pkifs.conf"
must "$pkifs" reload "$home"
changed() { ls "$ca"/evidence/*/*/*/*/ | grep -q configuration-changed; }
within 10 changed
within 10 grep -q "12 h" "$ca/ca/cps/current.txt"

# A broken one is refused with its line, and what runs goes on.
cp "$home/pkifs.conf" "$dir/good.conf"
sed -i 's/^crl_next_update.*/crl_next_update = soon/' "$home/pkifs.conf"
refuses "crl_next_update" "$pkifs" reload "$home"
cp "$dir/good.conf" "$home/pkifs.conf"
# So is a folder to publish in that is none, or is not there.
echo >"$dir/file"
for folder in "$dir/file" "$dir/none/such"; do
	sed -i '/^publish_dir/d' "$home/pkifs.conf"
	sed -i "s|^\[status\]|[status]\npublish_dir = $folder|" \
	    "$home/pkifs.conf"
	refuses "publish_dir in pkifs.conf: $folder" "$pkifs" reload "$home"
done
cp "$dir/good.conf" "$home/pkifs.conf"
# So is a program that could not take over what is open.
must stop fault slab-layout 1
refuses "unmount, and mount with it" "$pkifs" reload "$home"
must cmp /dev/fd/7 "$ca/requests/www.crt"
new_csr after after.example.org
must cp "$dir/after.csr" "$ca/requests/"
must verify_certificate "$ca/requests/after.crt"
