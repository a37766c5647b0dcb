# What is larger than a request may be stops at the limit: whatever drops it, its
# .status says so, it is an event, and nothing of it is kept.
. "$(dirname "$0")/lib.sh"
new_ca
box=$ca/requests
new_csr good www.example.org
echo "not a request at all" >"$dir/words.csr"

refuses "File too large" bash -c \
    "yes 'words before a request' | head -c 1G >'$box/huge.csr'"
refusals() { ls "$ca"/evidence/*/*/*/*/ | grep -c refused; }
more_than() { [ "$(refusals)" -gt "$1" ]; }
too_large() {	# NAME COMMAND...: dropped as NAME.csr
	name=$1
	shift
	before=$(refusals)
	refuses "File too large" "$@"
	must test ! -e "$box/$name.crt"
	says "state: rejected" "$box/$name.status"
	says "larger than 131072 octets" "$box/$name.status"
	within 5 more_than "$before"
	must test ! -s "$box/$name.csr"
}
truncate -s 1G "$dir/sparse.csr"
yes 'words before a request' | head -c 300000 >"$dir/words.large"
too_large large1 dd if=/dev/zero of="$box/large1.csr" bs=1M count=2
too_large large2 dd if="$dir/words.large" of="$box/large2.csr" bs=64K
too_large large3 truncate -s 1G "$box/large3.csr"
too_large large4 cp "$dir/sparse.csr" "$box/large4.csr"
too_large large5 cp "$dir/words.large" "$box/large5.csr"
too_large large6 python3 -c 'import os, sys
os.close(os.open(sys.argv[1], os.O_CREAT | os.O_WRONLY))
os.truncate(sys.argv[1], 1 << 30)' "$box/large6.csr"
# By a name of its own first; and it stays under that.
must cp "$dir/words.large" "$box/.large7"
too_large large7 mv "$box/.large7" "$box/large7.csr"
must cmp "$dir/words.large" "$box/.large7"
must cp "$dir/words.csr" "$box/.words8"
refuses "Bad message" mv "$box/.words8" "$box/words8.csr"
says "state: rejected" "$box/words8.status"
must rm "$box/words8.csr"
must test ! -e "$box/words8.status"
# What was too large gives way: to nothing, to a request, by the same handle.
must rm "$box/large1.csr"
must test ! -e "$box/large1.status"
must cp "$dir/good.csr" "$box/large2.csr"
must verify_certificate "$box/large2.crt"
must python3 - "$dir/good.csr" "$box/large9.csr" <<'E'
import errno, os, sys
fd = os.open(sys.argv[2], os.O_CREAT | os.O_WRONLY)
for act in (lambda: os.ftruncate(fd, 1 << 30), lambda: os.write(fd, b"x")):
    try:
        act()
        sys.exit("taken")
    except OSError as e:
        if e.errno != errno.EFBIG:
            raise
os.ftruncate(fd, 0)
os.write(fd, open(sys.argv[1], "rb").read())
os.close(fd)
E
must verify_certificate "$box/large9.crt"

# A refused overwrite destroys nothing.
must cp "$dir/good.csr" "$box/"
serial=$(serial_of "$box/good.crt")
refuses "File too large" cp "$dir/words.large" "$box/good.csr"
within 5 grep -q "larger than 131072 octets" "$box/good.status"
must cmp "$dir/good.csr" "$box/good.csr"
[ "$(serial_of "$box/good.crt")" = "$serial" ] || fail "the slot changed"
must "$pkifs" verify "$ca/evidence"
