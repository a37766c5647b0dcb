# A certificate whose content became untrue is revoked when its successor is
# issued, whatever the profile says, and the case about it is closed.
. "$(dirname "$0")/lib.sh"
need_root
new_group s53-ab
new_person s53-karl s53-ab
make_ca
sed -i 's/^officers = .*/officers = 0/; s/^signed = .*/signed = no/
	s/^required = .*/required = no/' "$home/profiles/seal.conf"
printf '[changes]\nsupersede = never\n' >>"$home/profiles/seal.conf"
mount_ca
desk=$ca/ra/subscribers
box=$ca/requests/ab
by=$ca/issued/by-serial
pending() { ls "$ca/ra/pending"; }
one_pending() { [ "$(pending | wc -l)" = 1 ]; }
revoked() { grep -q '^state: revoked' "$by/$1/status"; }
# register SED: a registration of the organisation, decided.
register() {
	sed "s/^verifier = .*/verifier = root/
		s/^validated = .*/validated = $(date -u +%F)/
		s/^until = .*/until = $(date -u -d '+300 days' +%F)/
		s/^group = .*/group = s53-ab/; s/^users = .*/users = s53-karl/
		$1" "$top/examples/registration/legal-person.conf" \
	    >"$dir/registration.conf"
	cp "$dir/registration.conf" "$desk/ab/registration.conf" ||
	    fail "$(cat "$desk/ab/state")"
	within 5 one_pending
	must mv "$ca/ra/pending/$(pending)" "$ca/ra/approved/"
}
must mkdir -p "$desk/ab/documents"
echo "a scan" >"$dir/scan"
for document in passport.pdf register.pdf mandate.pdf; do
	must cp "$dir/scan" "$desk/ab/documents/$document"
done
register ""
within 5 test -d "$box"
awk '/^FORM$/ { form = 1 } /^Part two/ { form = 0 }
	form && /may be published/ { $0 = $0 " no" }
	form && /\(yes\/no\):$/ { $0 = $0 " yes" }
	form && /^(subscriber|accepted by):$/ { $0 = $0 " Example AB" }
	{ print }' "$ca/ca/terms/current.txt" >"$dir/agreement"
new_key seal
openssl req -new -key "$dir/seal.key" -subj /CN=seal -out "$dir/seal.csr"
chmod 644 "$dir/agreement" "$dir/seal.csr"
as s53-karl cp "$dir/agreement" "$box/agreement.txt" ||
    fail "$(cat "$box/agreement.status")"
must as s53-karl cp "$dir/seal.csr" "$box/"
within 10 test -s "$box/seal.crt"
first=$(serial_of "$box/seal.crt")

# It has another name now: a case, which nobody has decided yet.
register "s/Example AB/Example Bolag AB/"
within 5 one_pending
id=$(pending)
says "Example AB" "$ca/ra/pending/$id/request.txt"
revoked "$first" && fail "before anybody decided"

# The successor says the new name; what says the old one is revoked.
openssl req -new -key "$dir/seal.key" -subj /CN=again -out "$dir/seal.csr"
chmod 644 "$dir/seal.csr"
must as s53-karl cp "$dir/seal.csr" "$box/"
says "path: modification" "$box/seal.status"
second=$(serial_of "$box/seal.crt")
openssl x509 -in "$box/seal.crt" -noout -subject >"$dir/subject"
says "Example Bolag AB" "$dir/subject"
says "~ organizationName: Example Bolag AB" "$by/$second/changes.txt"
says "    was: Example AB" "$by/$second/changes.txt"
within 20 revoked "$first"
says "its successor is $second" "$by/$first/status"
within 5 test ! -e "$ca/ra/pending/$id"
must test -e "$ca/ra/rejected/$id"
event=$(ls "$ca"/evidence/*/*/*/*/*-certificate-issued.json | tail -n 1)
says '"predecessor-revoked-at"' "$event"
says '"changed": "attributes' "$event"
lacks "Bolag" "$event"
revoked "$second" && fail "the successor"
must "$pkifs" verify "$ca/evidence"
