# A certificate and its successor lead to each other, what differs stands in
# changes.txt field by field, and the evidence says it without a name
# (REG-6.3.7-01B, REG-6.3.8-02).
. "$(dirname "$0")/lib.sh"
new_ca
by=$ca/issued/by-serial
new_csr www www.example.org
must cp "$dir/www.csr" "$ca/requests/"
first=$(serial_of "$ca/requests/www.crt")
must test ! -e "$by/$first/predecessor"
must test ! -e "$by/$first/successor"
must test ! -e "$by/$first/changes.txt"
ls "$by/$first" >/dev/null

# A modification: the same key, one name more and one name fewer.
openssl req -new -key "$dir/www.key" -subj /CN=www.example.org -addext \
    subjectAltName=DNS:www.example.org,DNS:mail.example.org -out "$dir/www.csr"
must cp "$dir/www.csr" "$ca/requests/"
second=$(serial_of "$ca/requests/www.crt")
[ "$(readlink "$by/$first/successor")" = "../$second" ] || fail "successor"
[ "$(readlink "$by/$second/predecessor")" = "../$first" ] || fail "predecessor"
must cmp "$by/$first/successor/cert.pem" "$by/$second/cert.pem"
must test ! -e "$by/$second/successor"
says "path: modification" "$by/$second/changes.txt"
says "predecessor: $first" "$by/$second/changes.txt"
says "authenticated-by: login of uid $(id -u)" "$by/$second/changes.txt"
says "+ dns: mail.example.org" "$by/$second/changes.txt"
lacks "^[-+~] key" "$by/$second/changes.txt"
[ "$(stat -c %s "$by/$second/changes.txt")" = \
    "$(wc -c <"$by/$second/changes.txt")" ] || fail "its size"

# A re-key.
rm "$dir/www.key"
new_csr www www.example.org mail.example.org
must cp "$dir/www.csr" "$ca/requests/"
third=$(serial_of "$ca/requests/www.crt")
says "path: re-key" "$by/$third/changes.txt"
grep -q "^~ key: " "$by/$third/changes.txt" || fail "no new key"
lacks "mail.example.org" "$by/$third/changes.txt"
[ "$(readlink "$by/$second/successor")" = "../$third" ] || fail "not linked"
[ "$(readlink "$by/$first/successor")" = "../$second" ] || fail "moved"

# In the evidence: links both ways by serial, fields and no names.
event=$(ls "$ca"/evidence/*/*/*/*/*-certificate-issued.json | tail -n 1)
says "\"predecessor\": \"$second\"" "$event"
says '"changed": "key' "$event"
lacks "example.org" "$event"

# What waits for a person says what would be other, in its dossier.
openssl req -new -key "$dir/www.key" -subj /CN=www.example.org -addext \
    subjectAltName=DNS:www.example.org,DNS:www.example.net -out "$dir/www.csr"
must cp "$dir/www.csr" "$ca/requests/"
says "state: pending" "$ca/requests/www.status"
id=$(ls "$ca/ra/pending")
says "path: modification" "$ca/ra/pending/$id/changes.txt"
says "+ dns: www.example.net" "$ca/ra/pending/$id/changes.txt"
says "- dns: mail.example.org" "$ca/ra/pending/$id/changes.txt"
says "+ dns: www.example.net" "$ca/ra/pending/$id/summary.html"
says "authenticated by the login" "$ca/ra/pending/$id/summary.html"
must test ! -e "$by/$third/successor"

# All of it is there after a restart, and can be archived.
must "$pkifs" umount "$ca"
mount_ca
[ "$(readlink "$by/$second/successor")" = "../$third" ] || fail "lost"
says "path: re-key" "$by/$third/changes.txt"
must tar -C "$ca" -cf "$dir/issued.tar" issued
must "$pkifs" verify "$ca/evidence"
