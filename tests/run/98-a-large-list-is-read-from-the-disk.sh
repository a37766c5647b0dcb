# What is large the kernel reads from the store itself, at the speed of its
# disk; and nobody notices when core ends, at whatever step.
. "$(dirname "$0")/lib.sh"
new_stops
make_ca
need_resend
must "$B/bench_load" "$home" 60000
mount_ca
list=$ca/status/issuing.crl
large() { [ "$(stat -c %s "$list")" -gt 2000000 ]; }
aged() {	# nobody will announce it any more
	[ $(($(date +%s) - $(stat -c %Y "$list"))) -gt 6 ]
}
same() { must cmp "$list" "$dir/list"; }
another_core() {
	now=$(process core)
	[ -n "$now" ] && [ "$now" != "$core" ]
}

# 1. Core is not needed to read it.
within 30 large
within 30 aged
exec 5<"$list"
core=$(process core)
# Where it can be had: by root, from a kernel and a filesystem that have it.
passes=false
if [ "$(id -u)" = 0 ] && grep -q fuse_passthrough_open /proc/kallsyms &&
    ! grep -q "the kernel takes no backing file" "$dir/log"; then
	passes=true
fi
if $passes; then
	must kill -STOP "$core"
	timeout 10 cat <&5 >"$dir/list" || fail "it is read through core"
	must kill -CONT "$core"
	must openssl crl -in "$dir/list" -inform DER -noout \
	    -CAfile "$ca/ca/issuing.pem"
fi
cp "$list" "$dir/list"

# 2. An open file reads on, and can be opened again, whatever became of core.
must cmp -n 100000 /dev/fd/5 "$dir/list"
must kill -9 "$core"
same
within 10 another_core
must "$pkifs" reload "$home"
same

# 3. Killed at each step of an open and of its end.
for point in core.open-counted core.open-answered core.release-counted \
    core.release-answered; do
	core=$(process core)
	must stop arm $point
	cat "$list" >"$dir/got" &
	reader=$!
	must stop wait
	must kill -9 "$core"
	wait $reader || fail "$point: cat failed"
	must cmp "$dir/got" "$dir/list"
	within 10 another_core
	same
done

# 4. While main is asked: the evidence is another file, opened first now.
digest=$(sha256sum "$dir/list" | cut -d' ' -f1)
if $passes; then
	core=$(process core)
	must stop arm main.backing-wanted
	cat "$ca/evidence/documents/$digest" >"$dir/got" &
	reader=$!
	must stop wait
	must kill -9 "$core"
	must stop release
	wait $reader || fail "the evidence cannot be read"
	# Nobody was told of what the kernel had then.
	within 10 grep -q "core does not know of 1 backing ids" "$dir/log"
	must cmp "$dir/got" "$dir/list"
fi

# 5. A new list is another file: who reads the old one goes on with it.
new_csr www www.example.org
must cp "$dir/www.csr" "$ca/requests/"
serial=$(serial_of "$ca/requests/www.crt")
inotifywait -m -q --format '%f %e' "$ca/status" >"$dir/seen" 2>/dev/null &
watcher=$!
children="$children $watcher"
within 10 sh -c "grep -q '^inotify wd' /proc/$watcher/fdinfo/*"
must sh -c "echo superseded >'$ca/revoke/$serial'"
listed() {
	openssl crl -in "$list" -inform DER -noout -text | grep -q "$serial"
}
within 30 listed
within 10 grep -q "^issuing.crl CREATE" "$dir/seen"
within 10 grep -q "^issuing.crl CLOSE_WRITE" "$dir/seen"
must cmp /dev/fd/5 "$dir/list"
exec 5<&-
refuses "Operation not permitted" dd if=/dev/null of="$list" conv=notrunc

# 6. An announcement that comes when the list is read already is an ATTRIB.
another_list() { [ "$(stat -c %i "$list")" != "$was" ]; }
revoke_another() {	# NAME
	new_csr "$1" "$1.example.org"
	must cp "$dir/$1.csr" "$ca/requests/"
	serial=$(serial_of "$ca/requests/$1.crt")
	was=$(stat -c %i "$list")
	must sh -c "echo superseded >'$ca/revoke/$serial'"
	within 30 another_list
}
if $passes; then
	: >"$dir/seen"
	herald=$(process herald)
	must kill -STOP "$herald"
	revoke_another slow
	within 30 aged
	exec 5<"$list"
	must kill -CONT "$herald"
	within 10 grep -q "^issuing.crl ATTRIB" "$dir/seen"
	exec 5<&-
fi

# 7. Nothing is written through what main has opened for the kernel.
newest=$(ls -t "$home/store/documents" | head -n 1)
if $passes; then
	for fd in "/proc/$main/fd"/*; do
		[ ! -e "$fd/$newest" ] || view=$fd
	done
	must test -n "$view"
	refuses "Read-only file system" \
	    dd if=/dev/null of="$view/$newest" conv=notrunc
fi

# 8. What is no document of core's alone is not given to the kernel.
: >"$dir/seen"
revoke_another late
within 10 grep -q "^issuing.crl CLOSE_WRITE" "$dir/seen"
newest=$home/store/documents/$(ls -t "$home/store/documents" | head -n 1)
must ln "$newest" "$home/store/documents/another"
must cmp "$list" "$newest"
must rm "$home/store/documents/another"
! $passes || says "is no document of core's" "$dir/log"
must "$pkifs" umount "$ca"
