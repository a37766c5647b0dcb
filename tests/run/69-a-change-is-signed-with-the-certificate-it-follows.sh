# A request for a change may be signed with the certificate it is to follow:
# then that certificate authenticates it, as long as it is valid at that moment,
# and evidence, dossier and changes.txt say which and when. (REG-6.3.6-02)
. "$(dirname "$0")/lib.sh"
make_ca
printf '\n[revocation]\nsuspension = yes\n' \
    >>"$home/profiles/tls-server.conf"
mount_ca
by=$ca/issued/by-serial
uid=$(id -u)
# sign KEY-AND-CERTIFICATE REQUEST [options]: $dir/signed
sign() {
	signer=$1 request=$2
	shift 2
	must openssl cms -sign -nodetach -binary -in "$dir/$request.csr" \
	    -signer "$dir/$signer.crt" -inkey "$dir/$signer.key" \
	    -out "$dir/signed" "$@" 2>"$dir/openssl"
}
fetch() { must cp -f "$ca/requests/www.crt" "$dir/$1.crt"; serial=$(serial_of "$dir/$1.crt"); }
event() { cat "$(ls "$ca"/evidence/*/*/*/*/*-request-"$1".json | tail -n 1)" >"$dir/event"; }

# By login it says so.
new_csr first www.example.org
must cp "$dir/first.csr" "$ca/requests/www.csr"
fetch first
new_csr second www.example.org
must cp "$dir/second.csr" "$ca/requests/www.csr"
fetch second
says "authenticated-by: login of uid $uid" "$by/$serial/changes.txt"
event decided
says '"authenticated-by": "login"' "$dir/event"

# A re-key that the old key signed: DER, dropped over the slot.
new_csr third www.example.org
sign second third -outform DER
old=$serial
must cp "$dir/signed" "$ca/requests/www.csr"
fetch third
[ "$serial" != "$old" ] || fail "nothing new"
must cmp "$dir/signed" "$by/$serial/request.csr"
[ "$(readlink "$by/$old/successor")" = "../$serial" ] || fail "not linked"
says "path: re-key" "$by/$serial/changes.txt"
grep -q "^authenticated-by: old certificate $old, valid at 20" \
    "$by/$serial/changes.txt" || fail "$(cat "$by/$serial/changes.txt")"
event decided
grep -q "\"authenticated-by\": \"old certificate $old, valid at 20" \
    "$dir/event" || fail "the event does not say it"
says "old certificate $old, valid at" "$ca/requests/www.status"
[ "$(stat -c %s "$by/$serial/changes.txt")" = \
    "$(wc -c <"$by/$serial/changes.txt")" ] || fail "its size"
# The same bytes are the same certificate.
must cp "$dir/signed" "$ca/requests/www.csr"
[ "$(serial_of "$ca/requests/www.crt")" = "$serial" ] || fail "issued again"

# As PEM, into the certificate's folder, by several writes.
new_csr fourth www.example.org
sign third fourth -outform PEM
old=$serial
must dd if="$dir/signed" of="$by/$serial/successor.csr" bs=100 2>"$dir/dd"
fetch fourth
grep -q "^authenticated-by: old certificate $old, valid at 20" \
    "$by/$serial/changes.txt" || fail "$(cat "$by/$serial/changes.txt")"

# What waits for a person says it in its dossier.
cp "$dir/fourth.key" "$dir/fifth.key"
new_csr fifth www.example.org www.example.net
sign fourth fifth -outform DER
must cp "$dir/signed" "$ca/requests/www.csr"
says "state: pending" "$ca/requests/www.status"
id=$(ls "$ca/ra/pending")
grep -q "^authenticated-by: old certificate $serial, valid at 20" \
    "$ca/ra/pending/$id/changes.txt" || fail "not in the dossier"
must rm "$ca/requests/www.csr"
must cp "$dir/fourth.csr" "$ca/requests/www.csr"
fetch fourth

# Signed by another certificate, of nobody here, or of what stands elsewhere.
count() { ls "$ca/issued/by-serial" | wc -l; }
before=$(count)
new_csr sixth www.example.org
new_key stranger
must openssl req -x509 -new -key "$dir/stranger.key" -subj /CN=x -days 9 \
    -addext keyUsage=critical,digitalSignature -out "$dir/stranger.crt"
sign stranger sixth -outform DER
refuses "Permission denied" cp "$dir/signed" "$ca/requests/www.csr"
says "none of this subscriber's" "$ca/requests/www.status"
sign first sixth -outform DER
refuses "rejected" cp "$dir/signed" "$ca/requests/www.csr"
says "not the one in this place" "$ca/requests/www.status"
sign fourth sixth -outform DER
refuses "rejected" cp "$dir/signed" "$ca/requests/elsewhere.csr"
# Changed on the way, and no request inside.
sign fourth sixth -outform DER
size=$(stat -c %s "$dir/signed")
cp "$dir/signed" "$dir/changed"
printf 'x' | dd of="$dir/changed" bs=1 seek=$((size - 3)) conv=notrunc 2>"$dir/dd"
refuses "rejected" cp "$dir/changed" "$ca/requests/www.csr"
echo nothing >"$dir/nothing.csr"
sign fourth nothing -outform DER
refuses "Bad message" cp "$dir/signed" "$ca/requests/www.csr"
[ "$(count)" = "$before" ] || fail "issued"

# While it is suspended it authenticates nothing; reinstated it does again.
sign fourth sixth -outform DER
must sh -c "echo certificateHold >'$ca/revoke/$serial'"
refuses "revoked" cp "$dir/signed" "$ca/requests/www.csr"
says "which is suspended and authenticates nothing" "$ca/requests/www.status"
event refused
says "old certificate $serial, suspended at" "$dir/event"
says '"predecessor-was": "suspended"' "$dir/event"
must sh -c "echo reinstate >'$ca/revoke/$serial'"
must cp "$dir/signed" "$ca/requests/www.csr"
old=$serial
fetch sixth
[ "$serial" != "$old" ] || fail "not followed"

# Nor when it is revoked: a new application by login it still can be.
new_csr seventh www.example.org
sign sixth seventh -outform DER
must sh -c "echo superseded >'$ca/revoke/$serial'"
refuses "revoked" cp "$dir/signed" "$ca/requests/www.csr"
says "which is revoked and authenticates nothing" "$ca/requests/www.status"
must cp "$dir/seventh.csr" "$ca/requests/www.csr"
must "$pkifs" verify "$ca/evidence" >"$dir/verified"
