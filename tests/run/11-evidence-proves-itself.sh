# sha256sum is enough to follow the chain; one changed octet is found.
. "$(dirname "$0")/lib.sh"
new_ca
for i in 1 2 3; do
	new_csr w$i w$i.example.org
	must cp "$dir/w$i.csr" "$ca/requests/"
	must test -s "$ca/requests/w$i.crt"
done
must sh -c "echo superseded >'$ca/revoke/$(serial_of "$ca/requests/w2.crt")'"
must cat "$ca/issued/by-serial/$(serial_of "$ca/requests/w1.crt")/cert.pem" >"$dir/read"

must cp -r "$ca/evidence" "$dir/copy"
must "$pkifs" verify "$dir/copy"

# By hand, as an auditor without this program does.
previous=
find "$dir/copy" -name '*.json' -path '*/[0-9][0-9][0-9][0-9]/*' |
    awk -F/ '{ print $NF, $0 }' | sort | cut -d' ' -f2 >"$dir/files"
while read -r file; do
	if [ -n "$previous" ]; then
		grep -q "\"previous\": *\"$(sha256sum "$previous" | cut -c1-64)\"" \
		    "$file" || fail "$file does not name $previous"
	fi
	previous=$file
done <"$dir/files"
[ "$(wc -l <"$dir/files")" -ge 10 ] || fail "too few events"
for document in "$dir"/copy/documents/*; do
	[ "$(sha256sum "$document" | cut -c1-64)" = "$(basename "$document")" ] ||
	    fail "$document is not what its name says"
done

# Each event has its fields, and the issued one all that DESIGN section 5 names.
issued=$(grep certificate-issued "$dir/files" | head -n 1)
python3 - "$issued" <<'P' || fail "fields of $issued"
import json, sys
e = json.load(open(sys.argv[1]))
for field in ('event seq time clock ca certificate request policy component '
    'actor signing requirements decision archive previous').split():
    assert field in e, field
assert e['event'] == 'certificate-issued'
assert len(e['certificate']['serial']) == 34
assert e['requirements'], 'no requirement is named'
assert e['detail']['published'].startswith('issued/by-serial/')
P
[ "$(grep -l '"sandbox": *true' $(cat "$dir/files") | wc -l)" = \
    "$(wc -l <"$dir/files")" ] ||
    fail "an event that does not say it is a sandbox"
for event in ca-started request-decided certificate-issued certificate-revoked \
    certificate-delivered crl-published; do
	grep -q -- "-$event.json" "$dir/files" || fail "no event $event"
done

# No personal data: the person's name is nowhere, a uid and a pseudonym are.
# A changed octet, a missing file, a swapped document: each is found.
victim=$(sed -n 5p "$dir/files")
cp -r "$dir/copy" "$dir/bad"
bad=$dir/bad/${victim#"$dir/copy/"}
chmod u+w "$bad"
sed -i 's/"seq"/"seQ"/' "$bad"
refuses "" "$pkifs" verify "$dir/bad"
rm -rf "$dir/bad"
cp -r "$dir/copy" "$dir/bad"
rm -f "$bad"
code=0
"$pkifs" verify "$dir/bad" >/dev/null 2>&1 || code=$?
[ "$code" = 1 ] || fail "a missing event: exit $code"
rm -rf "$dir/bad"
cp -r "$dir/copy" "$dir/bad"
document=$(ls "$dir"/bad/documents/* | head -n 1)
chmod u+w "$document"
echo tail >>"$document"
refuses "" "$pkifs" verify "$dir/bad"
code=0
"$pkifs" verify "$dir/nothing-here" >/dev/null 2>&1 || code=$?
[ "$code" = 2 ] || fail "could not tell: exit $code"
code=0
"$pkifs" verify >/dev/null 2>&1 || code=$?
[ "$code" = 2 ] || fail "usage: exit $code"

# Backup tools see files that never change.
must rsync -a "$ca/evidence/" "$dir/backup/"
must "$pkifs" umount "$ca"
mount_ca
changed=$(rsync -ani "$ca/evidence/" "$dir/backup/" | grep '^>f' |
    grep -v '+++++++' || true)
[ -z "$changed" ] || fail "changed by a remount: $changed"
