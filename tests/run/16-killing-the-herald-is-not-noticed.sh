# kill -9 of the herald: drops go on, and another herald announces.
. "$(dirname "$0")/lib.sh"
new_ca
new_csr a a.example.org
new_csr b b.example.org
herald=$(process herald)
[ -n "$herald" ] || fail "no herald"
kill -9 "$herald"
must cp "$dir/a.csr" "$ca/requests/"
must verify_certificate "$ca/requests/a.crt"
another() { now=$(process herald); [ -n "$now" ] && [ "$now" != "$herald" ]; }
within 10 another
inotifywait -m -q --format '%f %e' "$ca/requests" >"$dir/seen" 2>/dev/null &
watcher=$!
children="$children $watcher"
within 10 sh -c "grep -q '^inotify wd' /proc/$watcher/fdinfo/*"
must cp "$dir/b.csr" "$ca/requests/"
within 10 grep -q "b.crt CREATE" "$dir/seen"

# A herald that hangs hangs nobody else.
kill -STOP "$(process herald)"
new_csr c c.example.org
must timeout 20 cp "$dir/c.csr" "$ca/requests/"
must test -s "$ca/requests/c.crt"
kill -CONT "$(process herald)"
