# When evidence cannot be written nothing is issued; revocation goes on.
. "$(dirname "$0")/lib.sh"
need_root
truncate -s 96M "$dir/disk"
# None of it for root alone: dd would take that, and core could not.
must mkfs.ext4 -q -m 0 "$dir/disk"
mkdir "$home"
must mount -o loop "$dir/disk" "$home"
rmdir "$home/lost+found"
# The loop device goes with the last that uses it.
end_full_disk() {
	told=$?
	set +e
	main=$(cat "$home/run/lock" 2>/dev/null)
	kill "$main" 2>/dev/null
	wait "$main" 2>/dev/null
	umount -l "$home" 2>/dev/null
	end_story
}
trap end_full_disk EXIT
make_ca
mkdir "$dir/told"
chmod 777 "$dir/told"
printf '#!/bin/sh\necho x >>"%s/$PKIFS_SERIAL"\n' "$dir/told" >"$dir/command"
chmod 755 "$dir/command"
printf '\n[notices]\ncommand = %s\n' "$dir/command" >>"$home/pkifs.conf"
mount_ca
new_csr one one.example.org
new_csr two two.example.org
must cp "$dir/one.csr" "$ca/requests/"
serial=$(serial_of "$ca/requests/one.crt")
for name in restarted killed mounted; do
	new_csr $name $name.example.org
	must cp "$dir/$name.csr" "$ca/requests/"
	serial_of "$ca/requests/$name.crt" >"$dir/$name.serial"
done

fills=0
fill_disk() {	# what was given back meanwhile, too
	sync -f "$home"
	for size in 64k 1k; do
		fills=$((fills + 1))
		dd if=/dev/zero of="$home/fill$fills" bs=$size 2>/dev/null ||
		    true
	done
}
fill_disk
refused_for_space() {
	new_csr full$1 full$1.example.org
	! cp "$dir/full$1.csr" "$ca/requests/" 2>"$dir/said" &&
	    grep -qE "No space|Read-only" "$dir/said"
}
# What is already allocated may carry a few; then it stops.
i=0
until refused_for_space $i; do
	i=$((i + 1))
	[ $i -lt 3000 ] || fail "never refused on a full disk"
done
must test ! -e "$ca/requests/full$i.crt"
# Reading goes on, and so does revocation, its evidence and the CRL.
must cat "$ca/requests/one.crt" >/dev/null
revokes() {	# SERIAL
	must bash -c "echo keyCompromise >'$ca/revoke/$1'"
	openssl crl -in "$ca/status/issuing.crl" -inform DER -noout -text |
	    grep -q "$1" || fail "the CRL does not say so"
}
revokes "$serial"
# It is told, too, and not again and again because that cannot be recorded.
within 20 test -s "$dir/told/$serial"
[ "$(wc -l <"$dir/told/$serial")" = 1 ] || fail "told again and again"
health() { grep -qE "^$1 +$2 +$3$" "$ca/status/health.txt"; }
full="the disk is full: nothing is issued, the reserve keeps revocation going"
within 20 health fail store "$full"
within 20 health fail disk "less than [0-9]+ % and .* are free"

# What is left of the reserve is kept by a core that comes after one that was
# killed, and spent a slice at a time.
reserve() { stat -c %s "$home/store/reserve"; }
left=$(reserve)
[ "$left" -gt 0 ] && [ "$left" -lt $((16 << 20)) ] ||
    fail "the reserve has $left octets"
fill_disk
old=$(process core)
kill -9 "$old"
another() { [ -n "$(process core)" ] && [ "$(process core)" != "$old" ]; }
within 20 another
must cat "$ca/README.txt" >/dev/null
now=$(reserve)
[ "$now" -gt $((left - (5 << 20))) ] && [ "$now" -le "$left" ] ||
    fail "of $left octets of the reserve $now are left"
revokes "$(cat "$dir/killed.serial")"

# It can be mounted on a full disk: after an end in good order there is no WAL.
must "$pkifs" umount "$ca"
wait "$main" || true
must test ! -e "$home/store/db-wal"
fill_disk
mount_ca
revokes "$(cat "$dir/mounted.serial")"
fill_disk
must "$pkifs" reload "$home"
revokes "$(cat "$dir/restarted.serial")"
must test "$(reserve)" -gt 0
refused_for_space again || fail "it issues on a full disk"

# With room again it issues again.
rm -f "$home"/fill*
works() { cp "$dir/two.csr" "$ca/requests/" && test -s "$ca/requests/two.crt"; }
within 30 works
within 20 health ok store ".*"
within 20 health ok disk ".*"
told_of() { ls "$ca"/evidence/*/*/*/*/*-notice-delivered.json; }
within 30 told_of
# By each of the four cores, for none could record it.
[ "$(wc -l <"$dir/told/$serial")" -le 4 ] || fail "told again and again"
must "$pkifs" verify "$ca/evidence"
