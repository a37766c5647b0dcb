# The terms with their form filled in are an agreement; nothing else is.
. "$(dirname "$0")/lib.sh"
need_root
make_ca --user games
mount_ca
box=$ca/requests/games
new_csr www www.example.org
new_csr next next.example.org
chmod 644 "$dir"/*.csr
events() { ls "$ca"/evidence/*/*/*/*/; }
# agreement PUBLISH FILE: part one of the form filled in.
agreement() {
	awk -v publish="$1" '/^FORM$/ { form = 1 } /^Part two/ { form = 0 }
		form && /may be published/ { $0 = $0 " " publish }
		form && /\(yes\/no\):$/ { $0 = $0 " yes" }
		form && /^(subscriber|accepted by):$/ { $0 = $0 " Games AB" }
		{ print }' "$ca/ca/terms/current.txt" >"$2"
	chmod 644 "$2"
}

# What init asserted is an agreement to these terms, and to no other ones.
must as games cp "$dir/www.csr" "$ca/requests/"
must test -s "$ca/requests/www.crt"
must "$pkifs" umount "$ca"
sed 's/seven days/eight days/' "$home/terms/1.txt" >"$home/terms/2.txt"
mount_ca
must as games cp "$dir/next.csr" "$ca/requests/"
must test ! -e "$ca/requests/next.crt"
says "has not agreed to the terms in force, version 2" "$ca/requests/next.status"

# Who reads them in the box is told them: an event, once.
must as games cat "$box/terms.txt" >"$dir/terms"
must as games cat "$box/terms.txt" >"$dir/terms"
must cmp "$dir/terms" "$ca/ca/terms/2.txt"
within 5 sh -c "ls '$ca'/evidence/*/*/*/*/*terms-delivered.json"
[ "$(events | grep -c terms-delivered)" = 1 ] || fail "$(events)"

# An untouched copy is kept and means nothing.
must as games cp "$box/terms.txt" "$box/agreement.txt"
must cmp "$box/agreement.txt" "$dir/terms"
within 5 grep -q "untouched" "$box/agreement.status"
says "state: not agreed" "$box/agreement.status"
must test ! -e "$ca/requests/next.crt"
[ "$(events | grep -c agreement-recorded)" = 1 ] || fail "$(events)"

# An octet changed, an empty field, a declined duty, another's form: refused.
agreement no "$dir/good"
spoil() {
	fault=$1
	shift
	"$@" "$dir/good" >"$dir/bad"
	chmod 644 "$dir/bad"
	refuses "Invalid argument" as games cp "$dir/bad" "$box/agreement.txt"
	says "$fault" "$box/agreement.status"
}
spoil "an octet differs" sed 's/eight days/nine days/'
spoil "nothing is filled in" sed '/^FORM/,$s/published (yes.no): no/published (yes\/no):/'
spoil "wanted yes or no" sed 's/published (yes.no): no/published (yes\/no): perhaps/'
spoil "it is declined" sed '0,/handed over (yes.no): yes/s//handed over (yes\/no): no/'
spoil "the other part of the form" sed 's/^subject:$/subject: Per/'
spoil "something stands behind the form" sh -c 'cat "$0"; echo but not on Sundays'
spoil "it ends here" head -n 20
spoil "CR LF" sed 's/$/\r/'
[ "$(events | grep -c agreement-refused)" = 8 ] || fail "$(events)"
must test ! -e "$ca/requests/next.crt"
lacks Games "$ca"/evidence/*/*/*/*/*.json

# Nobody agrees for another.
refuses "Permission denied" as bin cp "$dir/good" "$box/agreement.txt"
refuses "Permission denied" cp "$dir/good" "$box/agreement.txt"
refuses "Permission denied" setpriv --reuid nobody --regid nogroup --groups games \
    cp "$dir/good" "$box/agreement.txt"
refuses "Operation not permitted" as games cp "$dir/good" "$box/subject-agreement.txt"
refuses "" as games cp "$dir/good" "$box/agreement.status"

# A good one is, and what waited for it goes on by itself.
must as games cp "$dir/good" "$box/agreement.txt"
must cmp "$dir/good" "$box/agreement.txt"
within 10 test -s "$ca/requests/next.crt"
must verify_certificate "$ca/requests/next.crt"
says "state: agreed" "$box/agreement.status"
says "publication: no" "$box/agreement.status"
event=$(ls "$ca"/evidence/*/*/*/*/*agreement-recorded.json | tail -n 1)
says '"publish": "no"' "$event"
says "REG-6.3.4-10A" "$event"
document=$(sha256sum <"$dir/good" | cut -d' ' -f1)
says "$document" "$event"
must cmp "$ca/evidence/documents/$document" "$dir/good"
# The terms of one certificate lie beside it (DIS-6.1-05).
must as games cat "$ca/issued/by-serial/$(serial_of "$ca/requests/next.crt")/terms.txt" \
    >"$dir/agreed"
must cmp "$dir/agreed" "$ca/ca/terms/2.txt"

# Terms that lack what they must say are refused at start, by name.
must "$pkifs" umount "$ca"
sed '/^3. Acceptance of a certificate/,/^4/{/^4/!d}' "$home/terms/2.txt" \
    >"$home/terms/3.txt"
refuses "Acceptance of a certificate" "$pkifs" mount "$home" "$ca" -f
rm "$home/terms/3.txt"
mount_ca
says "state: agreed" "$box/agreement.status"

# Other terms in force: nothing is agreed to any more, and that can be read.
must "$pkifs" umount "$ca"
sed 's/eight days/nine days/' "$home/terms/2.txt" >"$home/terms/3.txt"
mount_ca
within 10 grep -q "^terms: version 3" "$box/agreement.status"
says "state: not agreed" "$box/agreement.status"
must "$pkifs" verify "$ca/evidence"
