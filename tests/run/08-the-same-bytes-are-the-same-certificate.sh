# A cron job may copy the same request every night.
. "$(dirname "$0")/lib.sh"
new_ca
new_csr www www.example.org
must cp "$dir/www.csr" "$ca/requests/"
first=$(serial_of "$ca/requests/www.crt")
events=$(ls "$ca"/evidence/*/*/*/*/ | grep -c certificate-issued)
for i in 1 2 3; do
	must cp "$dir/www.csr" "$ca/requests/"
done
[ "$(serial_of "$ca/requests/www.crt")" = "$first" ] || fail "another certificate"
[ "$(ls "$ca"/evidence/*/*/*/*/ | grep -c certificate-issued)" = "$events" ] ||
    fail "a signature for nothing"
says "renew-after" "$ca/requests/www.status"

# Removed and copied again (install, unzip and vim do): still the same.
must rm "$ca/requests/www.csr"
must test ! -e "$ca/requests/www.crt"
must cp "$dir/www.csr" "$ca/requests/"
[ "$(serial_of "$ca/requests/www.crt")" = "$first" ] || fail "rm made a new one"

# Other bytes over the slot change its certificate: a new key is a re-key.
rm "$dir/www.key"
new_csr www www.example.org
must cp "$dir/www.csr" "$ca/requests/"
[ "$(serial_of "$ca/requests/www.crt")" != "$first" ] || fail "no re-key"
must verify_certificate "$ca/requests/www.crt"
says "re-key" "$ca/requests/www.status"
must test -d "$ca/issued/by-serial/$first"

# chmod, chown and times on the file succeed, also after the close.
must chmod 600 "$ca/requests/www.csr"
must touch -d 2020-01-02T03:04:05Z "$ca/requests/www.csr"
[ "$(stat -c %Y "$ca/requests/www.csr")" = "$(date -d 2020-01-02T03:04:05Z +%s)" ] ||
    fail "the time was not kept"
must cp -p "$dir/www.csr" "$ca/requests/www.csr"

# After revocation the same bytes are a new application.
second=$(serial_of "$ca/requests/www.crt")
must sh -c "echo superseded >'$ca/revoke/$second'"
must cp "$dir/www.csr" "$ca/requests/"
[ "$(serial_of "$ca/requests/www.crt")" != "$second" ] || fail "a revoked one again"
