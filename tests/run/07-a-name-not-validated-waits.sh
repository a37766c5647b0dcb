# A request for a name nobody validated is no error: it waits, and says for what.
. "$(dirname "$0")/lib.sh"
new_ca --names example.org --names example.com
new_csr com www.example.com
must cp "$dir/com.csr" "$ca/requests/"
must verify_certificate "$ca/requests/com.crt"

new_csr net www.example.net
must cp "$dir/net.csr" "$ca/requests/"
must test ! -e "$ca/requests/net.crt"
[ "$(head -n 1 "$ca/requests/net.status")" = "state: pending" ] ||
    fail "$(cat "$ca/requests/net.status")"
says www.example.net "$ca/requests/net.status"
new_csr mixed www.example.org www.example.net
must cp "$dir/mixed.csr" "$ca/requests/"
must test ! -e "$ca/requests/mixed.crt"

# Waiting survives a restart.
must "$pkifs" umount "$ca"
mount_ca
[ "$(head -n 1 "$ca/requests/net.status")" = "state: pending" ] ||
    fail "after a restart: $(cat "$ca/requests/net.status")"
must cmp "$dir/net.csr" "$ca/requests/net.csr"

# rm withdraws what is undecided.
must rm "$ca/requests/net.csr"
must test ! -e "$ca/requests/net.status"

# What a request asks beyond names and key is ignored, and said so.
new_key more
openssl req -new -key "$dir/more.key" -subj "/C=SE/O=Other AB/CN=more.example.org" \
    -addext subjectAltName=DNS:more.example.org \
    -addext basicConstraints=CA:TRUE -out "$dir/more.csr"
must cp "$dir/more.csr" "$ca/requests/"
says ignored "$ca/requests/more.status"
openssl x509 -in "$ca/requests/more.crt" -noout -text >"$dir/text"
lacks "CA:TRUE" "$dir/text"
lacks "Other AB" "$dir/text"	# an organisation nobody validated
