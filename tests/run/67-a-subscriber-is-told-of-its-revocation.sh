# When a certificate is revoked, suspended or reinstated a notice lies in the
# box beside it, for its subscriber; every notice stays as it was.
# (REV-6.3.9-03)
. "$(dirname "$0")/lib.sh"
need_root
new_group pk67-rev
new_person pk67-sub
new_person pk67-rev pk67-rev
make_ca --user pk67-sub
sed -i 's/^revocation = .*/revocation = pk67-rev/' "$home/pkifs.conf"
printf '\n[revocation]\nsuspension = yes\n' \
    >>"$home/profiles/tls-server.conf"
mount_ca
box=$ca/requests/pk67-sub
[ -d "$box" ] || box=$ca/requests
drop() {	# NAME: its certificate, and $serial
	new_csr "$1" "$1.example.org"
	chmod 644 "$dir/$1.csr"
	must as pk67-sub cp "$dir/$1.csr" "$box/"
	must as pk67-sub cat "$box/$1.crt" >"$dir/$1.crt"
	serial=$(serial_of "$dir/$1.crt")
}
act() { must as pk67-rev sh -c "echo '$1' >'$ca/revoke/$serial'"; }

# Nothing is told of what is valid; nobody writes a notice.
drop www
must test ! -e "$box/www.notice"
must test ! -e "$ca/issued/by-serial/$serial/notice"
refuses "" as pk67-sub sh -c "echo x >'$box/www.notice'"
refuses "" as pk67-sub sh -c "echo x >'$box/none.notice'"

# Suspended, reinstated, revoked: each is told, and the one before is kept.
act certificateHold
must as pk67-sub cat "$box/www.notice" >"$dir/held"
says "A certificate was suspended." "$dir/held"
says "serial: $serial" "$dir/held"
says "subject: www.example.org" "$dir/held"
says "reason: certificateHold (6)" "$dir/held"
exec 3<"$box/www.notice"
act reinstate
must as pk67-sub cat "$box/www.notice" >"$dir/back"
says "A certificate was reinstated." "$dir/back"
act superseded
must as pk67-sub cat "$box/www.notice" >"$dir/over"
says "A certificate was revoked." "$dir/over"
says "reason: superseded (4)" "$dir/over"
cmp -s "$dir/held" - <&3 || fail "a notice that was open changed"
exec 3<&-
[ "$(stat -c %s "$box/www.notice")" = "$(stat -c %s "$dir/over")" ] ||
    fail "its size is not true"
must cmp "$dir/over" "$ca/issued/by-serial/$serial/notice"
ls "$box" | grep -qx www.notice || fail "not listed in the box"
ls "$ca/issued/by-serial/$serial" | grep -qx notice ||
    fail "not listed with the certificate"

# For its subscriber, and not for others, to change for nobody.
refuses "" as games cat "$box/www.notice"
refuses "" as pk67-sub sh -c "echo x >'$box/www.notice'"
refuses "" as pk67-sub rm -f "$box/www.notice"
must test -s "$box/www.notice"

# The event says by which channel.
cat "$ca"/evidence/*/*/*/*/*-certificate-revoked.json >"$dir/event"
says '"notice": "file"' "$dir/event"
says 'REV-6.3.9-03' "$dir/event"

# Where another certificate stands in the slot it is with its own.
drop other
first=$serial
must as pk67-sub rm "$box/other.csr"
act cessationOfOperation
must test ! -e "$box/other.notice"
must test -s "$ca/issued/by-serial/$first/notice"

# inotify tells of it.
if command -v inotifywait >/dev/null; then
	drop seen
	inotifywait -t 20 -e create -e modify -e attrib -e moved_to -e close_write \
	    --format '%f' -m "$box" >"$dir/seen" 2>&1 &
	watcher=$!
	children="$children $watcher"
	within 10 grep -q '^Watches established' "$dir/seen"
	act superseded
	within 10 grep -q '^seen.notice' "$dir/seen"
	kill $watcher
fi

# Over a restart it is what it was.
must "$pkifs" umount "$ca"
mount_ca
must cmp "$dir/over" "$box/www.notice"
must "$pkifs" verify "$ca/evidence" >"$dir/verified"
