# Each size is true, each link leads somewhere, and a restart changes no inode.
. "$(dirname "$0")/lib.sh"
new_ca
# They are issued once the signer is there.
within 20 test -e "$ca/ca/handover.pem"
within 20 test -e "$ca/ca/evidence.pem"
for i in 1 2 3; do
	new_csr w$i w$i.example.org "*.w$i.example.org"
	must cp "$dir/w$i.csr" "$ca/requests/"
done
new_csr net www.example.net
must cp "$dir/net.csr" "$ca/requests/"
refuses "Bad message" sh -c "echo words >'$ca/requests/words.csr'; cp '$dir/w1.key' '$ca/requests/key.pem'"
must cp "$dir/w1.csr" "$ca/requests/note.txt"
must sh -c "echo superseded >'$ca/revoke/$(serial_of "$ca/requests/w3.crt")'"
# The first reading is an event; here they are all read.
find "$ca" -type f -exec cat {} + >/dev/null

must ls -lR "$ca" >"$dir/list"
[ -z "$(find "$ca" -xtype l)" ] || fail "links to nothing: $(find "$ca" -xtype l)"
# What is rendered when it is asked for is another one each second.
live="metrics.prom index.html"
find "$ca" -type f -not -path '*/status/metrics.prom' \
    -not -path '*/status/index.html' -printf '%s %p\n' >"$dir/sizes"
while read -r size file; do
	[ "$(cat "$file" | wc -c)" = "$size" ] || fail "$file: not $size octets"
done <"$dir/sizes"
[ "$(wc -l <"$dir/sizes")" -ge 80 ] || fail "only $(wc -l <"$dir/sizes") files"
[ -z "$(find "$ca" -type f -size 0)" ] || fail "an empty file"
[ -z "$(find "$ca" ! -newermt 2020-01-01)" ] || fail "a time of nothing"
# One inode is one content: as good as a hard link, of folders there is one.
[ -z "$(find "$ca" -printf '%i %y %s %T@ %l\n' | sort -u |
    cut -d' ' -f1 | uniq -d)" ] || fail "an inode with two contents"
[ -z "$(find "$ca" -type d -printf '%i\n' | sort | uniq -d)" ] ||
    fail "a folder's inode twice"
must du -s "$ca" >"$dir/du"
must tar cf "$dir/all.tar" -C "$ca" .
tar tf "$dir/all.tar" >"$dir/names"
for name in $live; do
	says "./status/$name" "$dir/names"
done
# So is health.txt, whenever something is another way than it was.
must tar df "$dir/all.tar" -C "$ca" --exclude=./status/metrics.prom \
    --exclude=./status/index.html --exclude=./status/health.txt
must rsync -a "$ca/issued/" "$dir/issued/"

# Which inode is what, and since when, over a restart; scratch ends with it.
look() {
	find "$ca" -mindepth 2 \( -type f -o -type l \) \
	    -not -path '*/status/health.txt' -not -path '*/evidence/*' \
    -not -path '*/status/metrics.prom' -not -path '*/status/index.html' \
	    -not -name note.txt \
	    -printf '%p %i %s %T@ %M %u %g %l\n' | sort
}
look >"$dir/before"
must "$pkifs" umount "$ca"
mount_ca
look >"$dir/after"
must diff "$dir/before" "$dir/after"
# What a core that was killed served, the next one serves.
kill -9 "$(process core)"
look >"$dir/after"
must diff "$dir/before" "$dir/after"
must "$pkifs" verify "$ca/evidence"
