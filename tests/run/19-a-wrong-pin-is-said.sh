# A token whose PIN is wrong: drops wait, health and an event say why, no PIN burned.
. "$(dirname "$0")/lib.sh"
logins() {
	grep -c "login=pkifs-issuing" "$PKIFS_SHIM_FILE" || true
}
events() {
	find "$ca/evidence" -name "*-$1.json" | wc -l
}
told() {
	[ "$(events "$1")" -eq "$2" ]
}
why="the PIN of token pkifs-issuing is wrong or of no use"
make_ca
new_shim
export PKIFS_SHIM_LOGINS=1
pin=$home/signer/pin-issuing
must cp -p "$pin" "$dir/pin"
chmod u+w "$pin"
printf 'wrong-pin-999' >"$pin"
mount_ca
new_csr www www.example.org
must cp "$dir/www.csr" "$ca/requests/"
must test ! -e "$ca/requests/www.crt"
[ "$(head -n 1 "$ca/requests/www.status")" = "state: approved" ] ||
    fail "$(cat "$ca/requests/www.status")"
within 10 grep -q "^fail  issuing-key  *nothing is issued.*$why" \
    "$ca/status/health.txt"
says "not tried again until the file pin-issuing changes" \
    "$ca/status/health.txt"
must grep -q "^ok    ocsp-key  *activated$" "$ca/status/health.txt"
says "$why" "$dir/log"
within 20 told key-not-activated 1
event=$(find "$ca/evidence" -name '*-key-not-activated.json')
says '"key": "issuing"' "$event"
says "$why" "$event"
# No secrets, and nothing of the machine.
for file in "$ca/status/health.txt" "$event"; do
	! grep -qF -e wrong-pin -e "$dir" "$file" ||
	    fail "$file says too much: $(cat "$file")"
done
# One try of that PIN, though a signer looks each second.
[ "$(logins)" -eq 1 ] || fail "$(logins) tries of a wrong PIN"
# Another wrong one is one more try, and no other event.
printf 'wrong-pin-888' >"$pin"
tried_again() {
	[ "$(logins)" -eq 2 ]
}
within 10 tried_again
# With the right one what waited is issued, without a restart.
cat "$dir/pin" >"$pin"
within 20 test -s "$ca/requests/www.crt"
must verify_certificate "$ca/requests/www.crt"
[ "$(logins)" -eq 3 ] || fail "$(logins) tries of two wrong PINs and a right one"
within 10 grep -q "^ok    issuing-key  *activated$" "$ca/status/health.txt"
within 10 told key-activated 1
must told key-not-activated 1
[ "$(logins)" -eq 3 ] || fail "$(logins) logins"
