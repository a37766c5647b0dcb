# When an older copy of the store was put back, nobody ever reads a CRL with a
# number below one that was published before: all of them are made anew, above
# every number that was signed, and an event says so. (RFC 5280 5.2.3)
. "$(dirname "$0")/lib.sh"
port=$(python3 -c 'import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
url=http://127.0.0.1:$port
make_ca --url "$url"
sed -i '/^shards = /d; s/^\[status\]$/[status]\nshards = 2/' "$home/pkifs.conf"
must "$pkifs" mount "$home" "$ca"
main=$(cat "$home/run/lock")
lists="issuing.crl issuing-delta.crl crl/1.crl crl/2.crl"
number() {	# of a list
	openssl crl -in "$1" -inform DER -noout -text |
	    sed -n '/X509v3 CRL Number/{n;s/ //g;p;}'
}
of_all() {	# in a folder
	for list in $lists; do number "$1/status/$list"; done
}
all_above() {	# WHAT FOLDER
	for n in $(of_all "$2"); do
		[ "$n" -gt "$1" ] || return 1
	done
}
revoke_new() {
	new_csr "$1" "$1.example.org"
	must cp "$dir/$1.csr" "$ca/requests/"
	serial=$(serial_of "$ca/requests/$1.crt")
	must sh -c "echo superseded >'$ca/revoke/$serial'"
	openssl crl -in "$ca/status/issuing.crl" -inform DER -noout -text |
	    grep -q "$serial" || within 10 sh -c "openssl crl -inform DER \
		-in '$ca/status/issuing.crl' -noout -text | grep -q $serial"
}
remount() {
	must "$pkifs" mount "$home" "$ca"
	main=$(cat "$home/run/lock")
}

python3 -m http.server --bind 127.0.0.1 --directory "$home/published" \
    "$port" >/dev/null 2>&1 &
children="$children $!"
# Of the answers none was asked for: it is the list that matters.
probe() {
	"$pkifs" probe --log "$dir/here.log" "$url" >"$dir/probed" || true
	grep -q '"service":"crl","ok":true' "$dir/probed"
}

revoke_new before
must "$pkifs" umount "$ca"
cp -a "$home/store" "$dir/backup"
remount
for i in 1 2 3; do revoke_new later$i; done
last=$(of_all "$ca" | sort -n | tail -n 1)
within 10 probe
must "$pkifs" umount "$ca"

rm -rf "$home/store"
cp -a "$dir/backup" "$home/store"
# What is shown from the first moment on, in both places.
watch() {
	while [ -e "$dir/watching" ]; do
		cat "$home/published/status/issuing.crl" >"$dir/seen" &&
		    number "$dir/seen"
	done >"$dir/numbers"
}
: >"$dir/watching"
watch &
watcher=$!
children="$children $watcher"
remount
all_above "$last" "$ca" || fail "not above $last: $(of_all "$ca")"
within 10 all_above "$last" "$home/published"
must probe
rm "$dir/watching"
must wait "$watcher"
sort -n -c "$dir/numbers" || fail "went back: $(uniq "$dir/numbers")"
test "$(events crl-number-raised)" = 1 || fail "no event, or several"
says "\"above\": " "$(ls "$ca"/evidence/*/*/*/*/*-crl-number-raised.json)"
within 20 grep -q "^ok .* crl " "$ca/status/health.txt"

# It goes on as if nothing had been.
was=$(number "$ca/status/issuing.crl")
revoke_new behind
test "$(number "$ca/status/issuing.crl")" -gt "$was" || fail "not going on"
must "$pkifs" umount "$ca"
was=$(of_all "$home/published")
remount
test "$(of_all "$ca")" = "$was" || fail "made anew for nothing"
test "$(events crl-number-raised)" = 1 || fail "raised twice"

# While the issuing key is away nothing takes the place of what was published.
must "$pkifs" umount "$ca"
rm -rf "$home/store"
cp -a "$dir/backup" "$home/store"
pin=$home/signer/pin-issuing
cp -p "$pin" "$dir/pin"
chmod u+w "$pin"
printf wrong-pin-999 >"$pin"
remount
within 10 grep -q "^warn .* crl .*older store" "$ca/status/health.txt"
within 10 grep -q "^fail .*issuing-key" "$home/published/status/health.txt"
test "$(of_all "$home/published")" = "$was" || fail "an older one is out"
cat "$dir/pin" >"$pin"
within 20 all_above "$(echo "$was" | sort -n | tail -n 1)" "$home/published"
must all_above "$(echo "$was" | sort -n | tail -n 1)" "$ca"
must probe
