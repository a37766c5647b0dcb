# A request dropped as issued/by-serial/<hex>/successor.csr is a change of that
# certificate, by those who act for its subscriber, and of no other.
. "$(dirname "$0")/lib.sh"
need_root
new_person s52-cole
make_ca --user games
mount_ca
chmod 755 "$dir"
by=$ca/issued/by-serial
box=$(find "$ca/requests" -mindepth 1 -maxdepth 1 -type d | head -n 1)
new_csr www www.example.org
chmod 644 "$dir/www.csr"
must as games cp "$dir/www.csr" "$box/"
first=$(serial_of "$box/www.crt")
must as games test ! -e "$by/$first/successor.csr"

# A re-key there: the file in the slot is the new one, and so is its answer.
rm "$dir/www.key"
new_csr www www.example.org
must as games cp "$dir/www.csr" "$by/$first/successor.csr"
second=$(serial_of "$box/www.crt")
[ "$second" != "$first" ] || fail "no successor"
[ "$(readlink "$by/$first/successor")" = "../$second" ] || fail "no link"
must cmp "$dir/www.csr" "$box/www.csr"
must cmp "$dir/www.csr" "$by/$second/request.csr"
says "path: re-key" "$box/www.status"
says "predecessor: $first" "$box/www.status"
must test ! -e "$by/$first/successor.csr"

# What has a successor gets no second one, and says so.
new_key other
openssl req -new -key "$dir/other.key" -subj /CN=www.example.org \
    -addext subjectAltName=DNS:www.example.org -out "$dir/other.csr"
chmod 644 "$dir/other.csr"
refuses "File exists" as games cp "$dir/other.csr" "$by/$first/successor.csr"
says "has a successor" "$by/$first/status"
event=$(ls "$ca"/evidence/*/*/*/*/*-request-refused.json | tail -n 1)
says '"rule": "successor"' "$event"
says "$first" "$event"

# Not by another person, not under another name, and not what is no request.
refuses "Permission denied" as s52-cole cp "$dir/other.csr" \
    "$by/$second/successor.csr"
refuses "Operation not permitted" as games cp "$dir/other.csr" "$by/$second/x.csr"
refuses "Operation not permitted" as games mkdir "$by/$second/x"
refuses "Operation not permitted" as games rm "$by/$second/cert.pem"
refuses "Bad message" as games cp "$dir/init.out" "$by/$second/successor.csr"
[ "$(serial_of "$box/www.crt")" = "$second" ] || fail "it is gone"
must cmp "$dir/www.csr" "$box/www.csr"

# A shorter one over a longer one; one that waits is there to be read.
{ echo "$(head -c 400 /dev/zero | tr '\0' x)"; cat "$dir/www.csr"; } \
    >"$dir/long.csr"
chmod 644 "$dir/long.csr"
must as games cp "$dir/long.csr" "$box/www.csr"
third=$(serial_of "$box/www.crt")
says "path: renewal" "$box/www.status"
openssl req -new -key "$dir/www.key" -subj /CN=www.example.org -addext \
    subjectAltName=DNS:www.example.org,DNS:www.example.net -out "$dir/wait.csr"
chmod 644 "$dir/wait.csr"
must as games cp "$dir/wait.csr" "$by/$third/successor.csr"
says "state: pending" "$box/www.status"
says "path: modification" "$box/www.status"
must cmp "$dir/wait.csr" "$by/$third/successor.csr"
must cmp "$dir/wait.csr" "$box/www.csr"
ls "$by/$third" | grep -q '^successor.csr$' || fail "not listed"
must as games rm "$box/www.csr"
must test ! -e "$by/$third/successor.csr"

# Nothing follows what is revoked.
must as games sh -c "echo superseded >'$ca/revoke/$third'"
refuses "Key has been revoked" as games cp "$dir/other.csr" \
    "$by/$third/successor.csr"
must "$pkifs" verify "$ca/evidence"
