# A token whose PIN is wrong: drops wait, health and the log say why, no PIN burned.
. "$(dirname "$0")/lib.sh"
make_ca
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
within 10 grep -q "^fail.*issuing" "$ca/status/health.txt"
grep -qi "pin" "$dir/log" || fail "the log does not say PIN: $(cat "$dir/log")"
# With the right one what waited is issued, without a restart.
cat "$dir/pin" >"$pin"
within 20 test -s "$ca/requests/www.crt"
must verify_certificate "$ca/requests/www.crt"
