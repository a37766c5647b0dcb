# `pkifs reload` puts a new program and a new configuration in place; nobody sees.
. "$(dirname "$0")/lib.sh"
need_resend
# What runs is a copy, to be replaced by another while it runs.
must cp "$pkifs" "$dir/pkifs"
pkifs=$dir/pkifs
make_ca
new_stops
new_shim 300
mount_ca
new_csr www www.example.org
must cp "$dir/www.csr" "$ca/requests/"
serial=$(ls "$ca/issued/by-name/www.example.org")
# Opened, and not read before the hand-over (a file of /dev/fd would be opened
# anew, so it is the descriptors that are read).
event=$(ls "$ca"/evidence/*/*/*/*/*-issued.json | tail -n 1)
exec 3<"$ca/requests/www.crt" 4<"$ca/requests/www.csr" \
    5<"$ca/requests/www.status" 6<"$ca/status/issuing.crl" 7<"$event"
must cp "$ca/status/issuing.crl.pem" "$dir/crl.pem"

runs() {	# FILE PID: it is this file's program
	[ "$(stat -L -c %d:%i "/proc/$2/exe")" = "$(stat -c %d:%i "$1")" ]
}
# Whose memory is closed to an ordinary user does not tell its program either.
all_run() {	# FILE
	runs "$1" "$main" || return 1
	[ "$(id -u)" = 0 ] || return 0
	for one in core signer herald; do
		runs "$1" "$(process $one)" || return 1
	done
}
must all_run "$pkifs"
core=$(process core)
must cp "$pkifs" "$dir/new"
must mv "$pkifs" "$dir/old"
must mv "$dir/new" "$pkifs"
must all_run "$dir/old"
for i in $(seq 1 10); do
	new_csr r$i r$i.example.org
done
copies=
for i in $(seq 1 10); do
	cp "$dir/r$i.csr" "$ca/requests/" &
	copies="$copies $!"
done
all_there() { [ "$(ls "$ca"/requests/r*.status | wc -l)" = 10 ]; }
within 20 all_there
must "$pkifs" reload "$home"
for pid in $copies; do
	must wait "$pid"
done
for i in $(seq 1 10); do
	must verify_certificate "$ca/requests/r$i.crt"
done
[ "$(cat "$home/run/lock" | tr -d '\n ')" = "$main" ] || fail "main is another"
within 20 all_run "$pkifs"
[ "$(process core)" != "$core" ] || fail "core is the same"
cat <&3 >"$dir/fd.crt" && cat <&4 >"$dir/fd.csr" && cat <&5 >"$dir/fd.status" &&
    cat <&6 >"$dir/fd.crl" && cat <&7 >"$dir/fd.json" ||
    fail "an open file cannot be read any more"
must cmp "$dir/fd.crt" "$ca/issued/by-serial/$serial/fullchain.pem"
must cmp "$dir/fd.csr" "$dir/www.csr"
[ "$(head -n 1 "$dir/fd.status")" = "state: issued" ] ||
    fail "the open status: $(cat "$dir/fd.status")"
must openssl crl -in "$dir/crl.pem" -outform DER -out "$dir/crl.der"
must cmp "$dir/fd.crl" "$dir/crl.der"
must cmp "$dir/fd.json" "$event"

# A changed configuration is an event with both digests, and so is the paper
# that says what it says.
digest() { sha256sum "$1" | cut -c1-64; }
new_crl="nextUpdate is 7 h after thisUpdate"
lacks "$new_crl" "$ca/ca/cps/current.txt"
old_conf=$(digest "$home/pkifs.conf") old_cps=$(digest "$ca/ca/cps/current.txt")
sed -i 's/^crl_next_update.*/crl_next_update = 7 h/' "$home/pkifs.conf"
must "$pkifs" reload "$home"
within 10 changed pkifs.conf "$old_conf" "$(digest "$home/pkifs.conf")"
within 10 grep -qF "$new_crl" "$ca/ca/cps/current.txt"
must changed cps/1 "$old_cps" "$(digest "$ca/ca/cps/current.txt")"

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
exec 8<"$ca/requests/r1.csr"
must stop fault slab-layout 1
refuses "unmount, and mount with it" "$pkifs" reload "$home"
cat <&8 >"$dir/fd.csr" || fail "an open file cannot be read any more"
must cmp "$dir/fd.csr" "$dir/r1.csr"
new_csr after after.example.org
must cp "$dir/after.csr" "$ca/requests/"
must verify_certificate "$ca/requests/after.crt"
