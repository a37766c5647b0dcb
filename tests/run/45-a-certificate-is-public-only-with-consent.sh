# Without consent only its subscriber and the officers learn of a certificate.
# (DIS-6.1-01B, DIS-6.1-01C)
. "$(dirname "$0")/lib.sh"
need_root
make_ca --user games
sed -i 's/^ra *=.*/ra = user:mail/; s/^auditor *=.*/auditor = user:games/' \
    "$home/pkifs.conf"
mount_ca
new_csr one one.example.org
new_csr two two.example.org
new_csr three three.example.org
chmod 644 "$dir"/*.csr
box=$ca/requests/games
events() { ls "$ca"/evidence/*/*/*/*/; }
published() { ls "$ca/ca/certificates/"; }
# agreement PUBLISH: the terms in force with part one filled in.
agreement() {
	awk -v publish="$1" '/^FORM$/ { form = 1 } /^Part two/ { form = 0 }
		form && /may be published/ { $0 = $0 " " publish }
		form && /\(yes\/no\):$/ { $0 = $0 " yes" }
		form && /^(subscriber|accepted by):$/ { $0 = $0 " Games AB" }
		{ print }' "$ca/ca/terms/current.txt" >"$dir/agreement"
	chmod 644 "$dir/agreement"
	must as games cp "$dir/agreement" "$box/agreement.txt"
}

# As init leaves it nobody consented.
must as games cp "$dir/one.csr" "$ca/requests/"
one=$(serial_of "$ca/requests/one.crt")
spki=$(openssl x509 -in "$ca/requests/one.crt" -noout -pubkey |
    openssl pkey -pubin -outform DER | sha256sum | cut -d' ' -f1)
day=$(openssl x509 -in "$ca/requests/one.crt" -noout -enddate -dateopt iso_8601 |
    sed 's/.*=\([0-9-]*\).*/\1/')
today=$(date -u +%Y/%m/%d)
[ -z "$(published)" ] || fail "published: $(published)"

# A stranger finds neither its serial nor its name, whatever door is tried.
issued=$ca/issued
for door in "$issued" "$issued/by-serial" "$issued/by-name" \
    "$issued/by-name/one.example.org" "$issued/by-key" "$issued/by-key/$spki" \
    "$issued/by-date" "$issued/by-date/$today" "$issued/expiring" \
    "$issued/expiring/$day" "$issued/by-serial/$one"; do
	must as games test -e "$issued/by-serial/$one/cert.pem"
	refuses "Permission denied" as bin ls "$door"
done
for view in "by-name/one.example.org" "by-key/$spki" "by-date/$today" \
    "expiring/$day"; do
	refuses "Permission denied" as bin stat "$issued/$view"
	refuses "Permission denied" as games stat "$issued/$view/$one"
done
for file in cert.pem cert.der fullchain.pem cert.txt status request.csr terms.txt \
    evidence; do
	refuses "Permission denied" as bin cat "$issued/by-serial/$one/$file"
done
as bin find "$issued" "$ca/ca" 2>/dev/null >"$dir/seen" || true
says "$ca/ca/root.pem" "$dir/seen"
tr A-Z a-z <"$dir/seen" >"$dir/seen.lower"
lacks "$(echo "$one" | tr A-Z a-z)|$spki|one\.example" "$dir/seen.lower"
as bin find "$ca/ca" -type f >"$dir/files"
lacks "$one|one\.example" $(cat "$dir/files")

# Its subscriber reads it, and does not list what others have.
must as games cat "$issued/by-serial/$one/cert.pem" >"$dir/own"
must verify_certificate "$dir/own"
refuses "Permission denied" as games ls "$issued/by-name"
# The officer lists all of it.
for view in by-serial by-name by-name/one.example.org by-key "by-date/$today" \
    "expiring/$day"; do
	must as mail ls "$issued/$view" >"$dir/list"
	[ -s "$dir/list" ] || fail "$view is empty"
done
must as mail ls "$issued/by-name" | grep -qx one.example.org || fail "by-name"

# With consent, from the agreement and from nowhere else, everybody reads it.
agreement yes
within 5 as bin test -e "$ca/ca/certificates/$one.pem"
must as bin cat "$ca/ca/certificates/$one.pem" >"$dir/public"
must cmp "$dir/public" "$dir/own"
[ "$(stat -c %s "$ca/ca/certificates/$one.pem")" = \
    "$(wc -c <"$dir/public")" ] || fail "the size is not true"
[ "$(published)" = "$one.pem" ] || fail "$(published)"
events | grep -q certificate-published || fail "no event"
refuses "Operation not permitted" rm "$ca/ca/certificates/$one.pem"
refuses "" as games sh -c "echo x >'$ca/ca/certificates/$one.pem'"
# And what is issued from now on, in the transaction of its issuance.
must as games cp "$dir/two.csr" "$ca/requests/"
two=$(serial_of "$ca/requests/two.crt")
must as bin cat "$ca/ca/certificates/$two.pem" >"$dir/public"
must verify_certificate "$dir/public"
must test -e "$(echo "$ca/evidence/by-certificate/$two/"*certificate-published.json)"
refuses "No such file" cat "$ca/ca/certificates/$(echo "$two" | tr A-F a-f).pem"
refuses "No such file" cat "$ca/ca/certificates/$two"

# A revocation takes nothing away from there, and a restart neither.
must as games sh -c "echo superseded >'$ca/revoke/$two'"
must as bin test -e "$ca/ca/certificates/$two.pem"
must "$pkifs" umount "$ca"
mount_ca
[ "$(published | wc -l)" = 2 ] || fail "$(published)"

# A newer agreement that says no does, at once; who reads goes on reading.
exec 5<"$ca/ca/certificates/$one.pem"
agreement no
refuses "No such file" as bin cat "$ca/ca/certificates/$one.pem"
[ -z "$(published)" ] || fail "published: $(published)"
must cmp - "$dir/own" <&5
exec 5<&-
[ "$(events | grep -c certificate-unpublished)" = 2 ] || fail "no event"
must as games cp "$dir/three.csr" "$ca/requests/"
three=$(serial_of "$ca/requests/three.crt")
refuses "No such file" cat "$ca/ca/certificates/$three.pem"
must "$pkifs" verify "$ca/evidence"

# `init --publish` is an agreement that says yes.
must "$pkifs" umount "$ca"
must mv "$home" "$dir/first"
new_ca --publish
must cp "$dir/one.csr" "$ca/requests/"
must as bin test -e "$ca/ca/certificates/$(serial_of "$ca/requests/one.crt").pem"
