# Where the kernel cannot send requests again the mount is made anew at once,
# and what was in flight got an error: nothing of it exists where nothing was
# decided, and what was decided is done once.
. "$(dirname "$0")/lib.sh"
make_ca
sed -i 's/^wait = .*/wait = 60 s/' "$home/pkifs.conf"
new_stops
mount_ca
for name in www received one two three late; do
	new_csr $name $name.example.org
done
must cp "$dir/www.csr" "$ca/requests/"

# How long it takes is no matter of a test on a machine that does other things,
# too; five seconds are what a person would call at once.
core_dies() {
	core=$(process core)
	must stop fault no-resend 1
	kill -9 "$core"
	within 5 back
	[ "$(grep -c " $ca " /proc/mounts)" = 1 ] || fail "mounts are stacked"
	[ "$(stop left no-resend)" = 0 ] ||
	    fail "it was never asked to send again"
}
back() {
	now=$(process core)
	[ -n "$now" ] && [ "$now" != "$core" ] &&
	    cmp "$dir/www.csr" "$ca/requests/www.csr"
}
got_an_error() {	# PID: of a cp
	! wait "$1" || fail "a cp over a mount that ended was told all is well"
}

# Nothing is recorded yet.
must stop arm core.received
cp "$dir/received.csr" "$ca/requests/" 2>"$dir/said" &
copy=$!
must stop wait 20 >/dev/null
core_dies
stop release
got_an_error $copy
says "Software caused connection abort" "$dir/said"
for name in received.csr received.status received.crt; do
	must test ! -e "$ca/requests/$name"
done
must test ! -e "$ca/issued/by-name/received.example.org"

# Approved, and waiting for their signatures.
signer=$(process signer)
kill -STOP "$signer"
copies=
for name in one two three; do
	cp "$dir/$name.csr" "$ca/requests/" 2>"$dir/said.$name" &
	copies="$copies $!"
done
all_approved() {
	for name in one two three; do
		grep -q "^state: approved" "$ca/requests/$name.status" ||
		    return 1
	done
}
within 20 all_approved
core_dies
for copy in $copies; do
	got_an_error $copy
done
kill -CONT "$signer"
for name in one two three; do
	says "Software caused connection abort" "$dir/said.$name"
	within 20 test -s "$ca/requests/$name.crt"
	must verify_certificate "$ca/requests/$name.crt"
	serial=$(serial_of "$ca/requests/$name.crt")
	must cp "$dir/$name.csr" "$ca/requests/"
	[ "$(ls "$ca/issued/by-name/$name.example.org")" = "$serial" ] ||
	    fail "$name was issued twice"
done

must verify_certificate "$ca/requests/www.crt"
for name in late received; do
	must cp "$dir/$name.csr" "$ca/requests/"
	must verify_certificate "$ca/requests/$name.crt"
done
must "$pkifs" verify "$ca/evidence"
must "$pkifs" umount "$ca"
