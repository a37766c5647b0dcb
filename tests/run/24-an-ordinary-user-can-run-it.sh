# Without root: init, mount, drop, revoke, umount, by fusermount3.
. "$(dirname "$0")/lib.sh"
if [ "$(id -u)" = 0 ]; then
	[ "$(stat -c %a /dev/fuse)" = 666 ] || chmod 666 /dev/fuse
	install -d -o games "$dir/user"
	chmod a+rx "$dir"
	cp "$pkifs" "$dir/pkifs"
	run() { as games env HOME="$dir/user" "$@"; }
else
	mkdir "$dir/user"
	cp "$pkifs" "$dir/pkifs"
	run() { "$@"; }
fi
home=$dir/user/home
ca=$dir/user/ca
run mkdir "$ca"
must run "$dir/pkifs" init "$home"
must run "$dir/pkifs" mount "$home" "$ca"
new_csr www www.example.org
chmod 644 "$dir/www.csr"
must run cp "$dir/www.csr" "$ca/requests/"
run cat "$ca/requests/www.crt" >"$dir/www.crt"
run cat "$ca/ca/root.pem" >"$dir/root.pem"
run cat "$ca/ca/issuing.pem" >"$dir/issuing.pem"
must openssl verify -CAfile "$dir/root.pem" -untrusted "$dir/issuing.pem" \
    "$dir/www.crt"
must run sh -c "echo superseded >'$ca/revoke/$(serial_of "$dir/www.crt")'"
run cat "$ca/README.txt" >"$dir/readme"
grep -qi "same user\|one user\|own user" "$dir/readme" ||
    fail "README does not say that all processes have one user"
must run "$dir/pkifs" verify "$ca/evidence"
must run "$dir/pkifs" umount "$ca"
