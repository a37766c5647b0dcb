# Whatever writes a request into requests/ gets its certificate.
. "$(dirname "$0")/lib.sh"
new_ca
box=$ca/requests

got() {
	must verify_certificate "$box/$1.crt"
	must cmp "$dir/$1.csr" "$box/$1.csr"
}

for name in cat tee dd install mv rsync inplace python vim sed append tar; do
	new_csr $name $name.example.org
done
keep() { cp "$dir/$1.csr" "$dir/$1.kept"; }

cat "$dir/cat.csr" >"$box/cat.csr" || fail cat
got cat
must tee "$box/tee.csr" <"$dir/tee.csr" >"$dir/tee.out"
got tee
must dd if="$dir/dd.csr" of="$box/dd.csr" bs=100 conv=fsync status=none
got dd
must install -m 640 "$dir/install.csr" "$box/install.csr"
got install

keep mv
must mv "$dir/mv.csr" "$box/mv.csr"
mv "$dir/mv.kept" "$dir/mv.csr"
got mv

must rsync -t "$dir/rsync.csr" "$box/"
within 10 test -s "$box/rsync.crt"
got rsync
must rsync --inplace "$dir/inplace.csr" "$box/"
within 10 test -s "$box/inplace.crt"
got inplace
# The other way: what rsync fetches is what is there, and nothing twice.
must rsync -rt "$box/" "$dir/fetched/"
must cmp "$box/cat.crt" "$dir/fetched/cat.crt"
again=$(rsync -rti "$box/" "$dir/fetched/")
[ -z "$again" ] || fail "rsync copied again: $again"

must python3 -c "
import sys
with open(sys.argv[1], 'rb') as a, open(sys.argv[2], 'wb') as b:
	b.write(a.read())" "$dir/python.csr" "$box/python.csr"
got python

# vim reads a file and writes it elsewhere, with its swap files in the box.
vim=$(command -v vim || command -v vim.tiny) || fail "no vim"
must "$vim" -es -u NONE -c "w! $box/vim.csr" -c q "$dir/vim.csr" </dev/null
got vim

# A child that exits half-way hears that it is no request yet; nothing is decided.
{ head -c 200 "$dir/append.csr" 2>/dev/null || true
    tail -c +201 "$dir/append.csr"; } >"$box/append.csr" ||
    fail "two writers one after the other"
got append

(cd "$dir" && tar cf - tar.csr) | (cd "$box" && tar xf -) || fail tar
got tar

must openssl req -new -key "$dir/cat.key" -subj /CN=out.example.org \
    -addext subjectAltName=DNS:out.example.org -out "$box/out.csr"
must verify_certificate "$box/out.crt"

# sed -i writes a scratch file and renames it over the request: the same bytes.
before=$(serial_of "$box/cat.crt")
must sed -i 's/nothing-of-this-kind//' "$box/cat.csr"
[ "$(serial_of "$box/cat.crt")" = "$before" ] || fail "sed -i changed the slot"

# Two shells at once, ten requests each.
for i in 1 2 3 4 5 6 7 8 9 10; do
	new_csr a$i a$i.example.org
	new_csr b$i b$i.example.org
done
for who in a b; do
	(for i in 1 2 3 4 5 6 7 8 9 10; do
		cp "$dir/$who$i.csr" "$box/" || exit 1
		verify_certificate "$box/$who$i.crt" || exit 1
	done) &
	eval "$who=\$!"
done
must wait "$a"
must wait "$b"

# What people's programs leave is scratch: kept, never a request.
must touch "$box/empty.csr"
must cp "$dir/cat.csr" "$box/.cat.csr.swp"
must cp "$dir/cat.csr" "$box/note.txt"
must test ! -e "$box/note.crt"
must cmp "$dir/cat.csr" "$box/note.txt"
must rm "$box/note.txt" "$box/.cat.csr.swp"
must mv "$box/empty.csr" "$box/other"
