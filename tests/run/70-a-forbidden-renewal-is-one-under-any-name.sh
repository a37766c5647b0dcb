# Where the profile allows no renewal or no modification, the same key with the
# same content is one by comparison, and refused, in whatever slot and box of
# the subscriber it is dropped; when the certificate has ended it is not.
# (REG-6.3.6-01A, REG-6.3.7-02A)
. "$(dirname "$0")/lib.sh"
make_ca
profile=$home/profiles/tls-server.conf
changes() { sed -i '/^\[changes\]/,$d' "$profile"; printf '[changes]\n%s\n' "$*" >>"$profile"; }
changes "renewal = no"
mount_ca
refused() {	# FILE NAME PATH
	refuses "Operation not permitted" cp "$1" "$ca/requests/$2.csr"
	must test ! -e "$ca/requests/$2.crt"
	says "profile tls-server allows no $3, and this is one: $serial" \
	    "$ca/requests/$2.status"
}
new_csr www www.example.org
must cp "$dir/www.csr" "$ca/requests/"
serial=$(serial_of "$ca/requests/www.crt")
# The same bytes in the same place cost nothing and are no renewal.
must cp "$dir/www.csr" "$ca/requests/"
refused "$dir/www.csr" other renewal
# Other bytes, the same key and content; names in another order and case.
openssl req -new -key "$dir/www.key" -subj "/CN=www.example.org" -addext \
    subjectAltName=DNS:WWW.example.org -out "$dir/again.csr"
refused "$dir/again.csr" again renewal
refuses "Operation not permitted" cp "$dir/again.csr" "$ca/requests/www.csr"
mkdir -p "$dir/boxes"
for box in "$ca"/requests/*/ "$ca"/requests/*/*/; do
	[ -d "$box" ] || continue
	refuses "Operation not permitted" cp "$dir/again.csr" "$box/boxed.csr"
done
# Several at the same moment are one, too: one is issued, by whatever step the
# others were behind it.
new_csr crowd crowd.example.org
crowd=
for i in 1 2 3 4 5 6; do
	cp "$dir/crowd.csr" "$dir/crowd$i.csr"
	cp "$dir/crowd$i.csr" "$ca/requests/" 2>"$dir/crowd$i.said" &
	crowd="$crowd $!"
done
done=0
for pid in $crowd; do
	wait "$pid" && done=$((done + 1))
done
[ "$done" = 1 ] || fail "$done were issued: $(cat "$dir"/crowd*.said)"
[ "$(ls "$ca"/requests/crowd*.crt | wc -l)" = 1 ] || fail "more than one"
[ "$(grep -l 'allows no renewal, and this is one' \
    "$ca"/requests/crowd*.status | wc -l)" = 5 ] || fail "no reason is given"
# Another key, or another subject, is none.
cp "$dir/again.csr" "$dir/keep.csr"
new_csr rekeyed www.example.org
must cp "$dir/rekeyed.csr" "$ca/requests/"
cp "$dir/www.key" "$dir/another.key"
new_csr another another.example.org
must cp "$dir/another.csr" "$ca/requests/"
event=$(ls "$ca"/evidence/*/*/*/*/*-request-refused.json | tail -n 1)
says '"change-allowed"' "$event"

# A modification likewise.
must "$pkifs" umount "$ca"
changes "modification = no"
mount_ca
cp "$dir/www.key" "$dir/more.key"
new_csr more www.example.org mail.example.org
refused "$dir/more.csr" more modification
# A renewal is allowed now, in its own slot and beside it.
must cp "$dir/keep.csr" "$ca/requests/beside.csr"

# What was revoked is renewed by nothing: it is a new application.
must "$pkifs" umount "$ca"
changes "renewal = no"
mount_ca
for name in www beside; do
	must sh -c "echo superseded >'$ca/revoke/$(serial_of "$ca/requests/$name.crt")'"
done
must cp "$dir/keep.csr" "$ca/requests/after.csr"
must test -s "$ca/requests/after.crt"
must "$pkifs" verify "$ca/evidence" >"$dir/verified"
