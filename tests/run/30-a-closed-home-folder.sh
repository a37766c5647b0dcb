# A CA below a folder that only its owner enters, as /home/NAME is, works as well.
. "$(dirname "$0")/lib.sh"
need_root
install -d -o games -m 700 "$dir/own"
home=$dir/own/home
ca=$dir/own/ca
new_ca --user games
chown games "$dir"
new_csr www www.example.org
chmod 644 "$dir/www.csr"
must as games cp "$dir/www.csr" "$ca/requests/"
must verify_certificate "$ca/requests/www.crt"
serial=$(serial_of "$ca/requests/www.crt")
must as games sh -c "echo superseded >'$ca/revoke/$serial'"
openssl crl -in "$ca/status/issuing.crl" -inform DER -noout -text |
    grep -q "$serial" || fail "not on the CRL"

# The herald reaches its mount, too.
inotifywait -m -q --format '%f %e' "$ca/requests" >"$dir/seen" 2>/dev/null &
watcher=$!
children="$children $watcher"
within 10 sh -c "grep -q '^inotify wd' /proc/$watcher/fdinfo/*"
new_csr two two.example.org
chmod 644 "$dir/two.csr"
must as games cp "$dir/two.csr" "$ca/requests/"
within 5 grep -q "two.crt CREATE" "$dir/seen"

# A signer that is started again finds its keys again; so does a reload.
kill -9 "$(process signer)"
new_csr three three.example.org
must cp "$dir/three.csr" "$dir/own/three.csr"
must "$pkifs" reload "$home"
must as games sh -c "cat '$dir/three.csr' >'$ca/requests/three.csr'"
within 10 test -s "$ca/requests/three.crt"
must "$pkifs" root-crl "$home"
must "$pkifs" verify "$ca/evidence"
