# NAME.status says that its certificate was revoked, and one name is one line of it.
. "$(dirname "$0")/lib.sh"
new_ca
new_csr www www.example.org
new_csr two two.example.org
must cp "$dir/www.csr" "$dir/two.csr" "$ca/requests/"
serial=$(serial_of "$ca/requests/www.crt")
exec 5<"$ca/requests/www.status"
touch "$dir/stamp"
cp "$ca/requests/www.status" "$dir/before"
must sh -c "echo superseded >'$ca/revoke/$serial'"
[ "$(head -n 1 "$ca/requests/www.status")" = "state: issued" ] || fail "state"
grep -q '^revoked: .*, superseded$' "$ca/requests/www.status" ||
    fail "it does not say so: $(cat "$ca/requests/www.status")"
[ "$ca/requests/www.status" -nt "$dir/stamp" ] || fail "it is not newer"
[ "$(stat -c %s "$ca/requests/www.status")" = \
    "$(wc -c <"$ca/requests/www.status")" ] || fail "the size it has"
# Who has it open reads what it was; another's is as it was.
must cmp /dev/fd/5 "$dir/before"
lacks '^revoked' "$ca/requests/two.status"
must sh -c "echo keyCompromise >'$ca/revoke/$serial'"
[ "$(grep -c '^revoked' "$ca/requests/www.status")" = 1 ] || fail "two lines"
grep -q '^revoked: .*, keyCompromise$' "$ca/requests/www.status" ||
    fail "the later reason is not there"
must "$pkifs" umount "$ca"
mount_ca
grep -q '^revoked: .*, keyCompromise$' "$ca/requests/www.status" ||
    fail "lost in a restart"

# The certificate that comes after a revoked one is not revoked.
new_key fresh
openssl req -new -key "$dir/fresh.key" -subj /CN=www.example.org \
    -addext subjectAltName=DNS:www.example.org -out "$dir/www.csr"
must cp "$dir/www.csr" "$ca/requests/"
lacks '^revoked' "$ca/requests/www.status"

# A line end in a name makes no line: nobody can write `serial:` that way.
for odd in "$(printf 'a\nserial: 02')" "$(printf 'tab\there')" 'sp ace' 'üñ 日本' \
    '%41' '-dash' 'a.b' "quo'te\""; do
	must cp -- "$dir/two.csr" "$ca/requests/$odd.csr"
	must verify_certificate "$ca/requests/$odd.crt"
	must cmp -- "$dir/two.csr" "$ca/requests/$odd.csr"
	[ "$(grep -c '^serial: ' "$ca/requests/$odd.status")" = 1 ] ||
	    fail "$(cat "$ca/requests/$odd.status")"
done
refuses "Bad message" cp "$dir/before" "$ca/requests/$(printf 'b\nstate: issued').csr"
[ "$(grep -c '^state: ' "$ca/requests/$(printf 'b\nstate: issued').status")" = 1 ] ||
    fail "a forged state"

# A slot has two hundred octets, and says when it is one more.
long=$(printf '%200s' '' | tr ' ' x)
must cp "$dir/two.csr" "$ca/requests/$long.csr"
must verify_certificate "$ca/requests/$long.crt"
refuses "File name too long" cp "$dir/two.csr" "$ca/requests/x$long.csr"
must "$pkifs" verify "$ca/evidence"
