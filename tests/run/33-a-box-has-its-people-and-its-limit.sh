# A named box is its subscriber's alone; what is too much or too old is told.
. "$(dirname "$0")/lib.sh"
need_root
make_ca --user games
sed -i 's/^open_requests_max.*/open_requests_max = 2/' "$home/pkifs.conf"
mount_ca
for i in 1 2 3 4; do
	new_csr o$i o$i.example.net
done
new_csr www www.example.org
chmod 644 "$dir"/*.csr
events() { ls "$ca"/evidence/*/*/*/*/; }

# The box of a subscriber, and of a profile in it, do what the root's does.
box=$ca/requests/games
[ "$(stat -c '%a %G' "$box")" = "2770 games" ] || fail "$(stat "$box")"
must as games cat "$box/terms.txt" >"$dir/terms"
must cmp "$dir/terms" "$ca/ca/terms/current.txt"
for where in games games/tls-server; do
	must as games cp "$dir/www.csr" "$ca/requests/$where/"
	must verify_certificate "$ca/requests/$where/www.crt"
done
must test ! -e "$box/ocsp-responder"
must test ! -e "$ca/requests/nobody"

# A member of the group sees, and is no user of the subscriber: he acts nowhere.
as_member() { setpriv --reuid nobody --regid nogroup --groups games "$@"; }
must as_member cat "$box/www.crt" >"$dir/seen"
refuses "Permission denied" as_member cp "$dir/www.csr" "$box/mine.csr"
refuses "Permission denied" as_member sh -c "echo x >'$box/scratch'"
refuses "Permission denied" as_member rm -f "$box/www.csr"
refuses "Permission denied" as_member mv "$box/www.csr" "$box/old"
refuses "Permission denied" as_member sh -c "echo x >>'$box/www.csr'"
refuses "" as_member chmod 777 "$box/www.csr"
refuses "Permission denied" as bin ls "$box"
must cmp "$dir/www.csr" "$box/www.csr"
within 5 sh -c "grep -l '\"uid\": 65534' '$ca'/evidence/*/*/*/*/*access-refused.json"

# Two wait for a person; a third is too many, in this box only.
must as games cp "$dir/o1.csr" "$ca/requests/"
must as games cp "$dir/o2.csr" "$ca/requests/"
refuses "Disk quota exceeded" as games cp "$dir/o3.csr" "$ca/requests/"
must test ! -e "$ca/requests/o3.csr"
full="2 requests are open in this box, more are not taken"
says "state: rejected" "$ca/requests/o3.status"
says "$full" "$ca/requests/o3.status"
must ls "$ca/requests" >"$dir/listed"
[ "$(grep -c '^o3' "$dir/listed")" = 1 ] || fail "$(cat "$dir/listed")"
[ "$(stat -c '%a %U %G' "$ca/requests/o3.status")" = "440 games games" ] ||
    fail "$(stat "$ca/requests/o3.status")"
# A file for each name that was refused, and for no more than the last ones; one
# event a minute.
must as games cp "$dir/o3.csr" "$ca/requests/.o5"
refuses "Disk quota exceeded" as games mv "$ca/requests/.o5" \
    "$ca/requests/o5.csr"
says "$full" "$ca/requests/o5.status"
must as games rm "$ca/requests/.o5"
for i in $(seq 20); do
	refuses "Disk quota exceeded" as games cp "$dir/o3.csr" \
	    "$ca/requests/many$i.csr"
	says "$full" "$ca/requests/many$i.status"
done
[ "$(ls "$ca"/requests/many*.status | wc -l)" = 16 ] ||
    fail "$(ls "$ca/requests")"
must test ! -e "$ca/requests/o5.status"
refuses "Disk quota exceeded" as games cp "$dir/o3.csr" "$ca/requests/"
[ "$(events | grep -c access-refused)" -le 3 ] || fail "$(events)"
refuses "Operation not permitted" as games rm -f "$ca/requests/o3.status"
! has_resend || kill -9 "$(process core)"
within 10 grep -q "more are not taken" "$ca/requests/o3.status"
within 5 sh -c "grep -l open-requests '$ca'/evidence/*/*/*/*/*access-refused.json"
must as games cp "$dir/o3.csr" "$box/"
must as games rm "$ca/requests/o1.csr"
must as games cp "$dir/o3.csr" "$ca/requests/"
[ "$(head -n 1 "$ca/requests/o3.status")" = "state: pending" ] || fail "o3"
[ "$(ls "$ca/requests" | grep -cx o3.status)" = 1 ] || fail "$(ls "$ca/requests")"
must as games rm "$ca/requests/o3.csr"
must test ! -e "$ca/requests/o3.status"
must as games cp "$dir/o4.csr" "$ca/requests/"
[ "$(head -n 1 "$ca/requests/o4.status")" = "state: pending" ] || fail "o4"

# Scratch goes after its time, and is never more than its size.
must test -e "$ca/requests/many20.status"
sed -i 's/^scratch_age.*/scratch_age = 3 s/' "$home/pkifs.conf"
must "$pkifs" reload "$home"
must as games sh -c "echo x >'$box/old'; echo y >'$box/.hidden.csr'"
refuses "File too large" as games sh -c "head -c 2M /dev/zero >'$box/big'"
refuses "File too large" as games truncate -s 2M "$box/old"
must as games mv "$box/old" "$ca/requests/moved"
for gone in "$ca/requests/many20.status" "$ca/requests/moved" \
    "$box/.hidden.csr" "$box/big"; do
	within 20 test ! -e "$gone"
done
must test -e "$box/www.csr"
must test -e "$ca/requests/o4.csr"
must "$pkifs" verify "$ca/evidence"
