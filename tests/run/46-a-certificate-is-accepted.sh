# Where the profile asks for it, a certificate is accepted by its subscriber's word.
. "$(dirname "$0")/lib.sh"
need_root
new_stops
make_ca --user games
must test "$(grep -c '^required' "$home/profiles/tls-server.conf")" -le 1
sed -i '/^\[ *acceptance *\]/,/^\[/{/^required/d}; s/^\[ *acceptance *\]/&\nrequired = yes/' \
    "$home/profiles/tls-server.conf"
grep -q '^\[ *acceptance' "$home/profiles/tls-server.conf" ||
    printf '\n[acceptance]\nrequired = yes\n' >>"$home/profiles/tls-server.conf"
# says_as PERSON WORD FILE: one write, with its errno in words.
says_as() {
	printf '%s\n' "$2" | as "$1" tee "$3" >/dev/null
}
mount_ca
new_csr www www.example.org
new_csr old old.example.org
chmod 644 "$dir"/*.csr
must as games cp "$dir/www.csr" "$ca/requests/"
serial=$(serial_of "$ca/requests/www.crt")
folder=$ca/issued/by-serial/$serial
within 5 grep -q "^acceptance: awaited" "$ca/requests/www.status"
must as games cat "$folder/status" >"$dir/status"
says "acceptance: awaited" "$dir/status"
[ "$(stat -c '%a %G' "$folder/accept")" = "660 games" ] || fail "accept"

# One write is one word, by who acts for the subscriber; all else is refused.
refuses "Permission denied" as bin sh -c "echo accept >'$folder/accept'"
refuses "Permission denied" sh -c "echo accept >'$folder/accept'"
refuses "Permission denied" setpriv --reuid nobody --regid nogroup --groups games \
    sh -c "echo accept >'$folder/accept'"
refuses "Invalid argument" says_as games "I do" "$folder/accept"
refuses "Invalid argument" says_as games "" "$folder/accept"
must as games cat "$folder/status" >"$dir/status"
says "accept: wanted the word \"accept\"" "$dir/status"
refuses "Operation not permitted" as games rm -f "$folder/accept"
says "acceptance: awaited" "$ca/requests/www.status"
must as games sh -c "echo accept >'$folder/accept'"
must as games cat "$folder/status" >"$dir/status"
says "by uid $(id -u games)" "$dir/status"
grep -q "^acceptance: accepted at 20" "$dir/status" || fail "$(cat "$dir/status")"
within 5 grep -q "^acceptance: accepted at .* by uid $(id -u games)" \
    "$ca/requests/www.status"
must as games cat "$folder/accept" >"$dir/said"
says "acceptance: accepted" "$dir/said"
[ "$(stat -c %a "$folder/accept")" = 440 ] || fail "it can be written again"
refuses "Permission denied" as games sh -c "echo accept >'$folder/accept'"
events() { ls "$ca/evidence/by-certificate/$serial/"; }
[ "$(events | grep -c certificate-accepted)" = 1 ] || fail "$(events)"
# root passed the mode and a member of the group too, none acts for it.
events | grep -q certificate-not-accepted || fail "$(events)"

# It stays so, over a restart and a revocation; of a revoked one nothing is left.
must "$pkifs" umount "$ca"
mount_ca
says "acceptance: accepted" "$ca/requests/www.status"
must as games cp "$dir/old.csr" "$ca/requests/"
old=$(serial_of "$ca/requests/old.crt")
must as games sh -c "echo superseded >'$ca/revoke/$old'"
refuses "Key has been revoked" says_as games accept \
    "$ca/issued/by-serial/$old/accept"

# A core killed between the word and its answer: said once, answered with yes.
new_csr late late.example.org
chmod 644 "$dir"/*.csr
must as games cp "$dir/late.csr" "$ca/requests/"
late=$(serial_of "$ca/requests/late.crt")
stop arm core.acceptance-committed
says_as games accept "$ca/issued/by-serial/$late/accept" &
word=$!
kill -9 "$(stop wait)"
stop release
must wait $word
within 5 grep -q "^acceptance: accepted" "$ca/requests/late.status"
[ "$(ls "$ca/evidence/by-certificate/$late/" |
    grep -c certificate-accepted)" = 1 ] || fail "accepted twice"

# Where the profile does not ask there is no such file.
must "$pkifs" umount "$ca"
sed -i 's/^required = yes/required = no/' "$home/profiles/tls-server.conf"
mount_ca
new_csr new new.example.org
chmod 644 "$dir"/*.csr
must as games cp "$dir/new.csr" "$ca/requests/"
new=$ca/issued/by-serial/$(serial_of "$ca/requests/new.crt")
must test ! -e "$new/accept"
lacks acceptance "$new/status" "$ca/requests/new.status"
must test -e "$folder/accept"
must "$pkifs" verify "$ca/evidence"
