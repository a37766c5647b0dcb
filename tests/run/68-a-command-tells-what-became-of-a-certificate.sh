# The command of [notices] is run for each revocation, outside core, as a user
# of its own, with nothing of ours open and no longer than its time; how it
# ended is an event; what failed is tried again, also after a restart, and holds
# up nothing. (REV-6.3.9-03)
. "$(dirname "$0")/lib.sh"
need_root
new_person pk68-mail
make_ca
out=$dir/told
mkdir "$out"
chown pk68-mail "$out"
cat >"$dir/command" <<END
#!/bin/sh
exec 2>/dev/null
n=\$(mktemp "$out/try.XXXXXX")
{
	env | grep -v '^_=\|^PWD=\|^SHLVL=\|^OLDPWD=' | sort
	echo "user=\$(id -un) groups=\$(id -Gn)"
	ls -l /proc/\$\$/fd | sed -n 's/.* \([0-9]*\) -> /fd \1 -> /p'
	# By the shell itself: while it waits for another it blocks signals.
	while read -r line; do
		case \$line in
		CapEff*|CapPrm*|SigIgn*|SigBlk*) echo "\$line" ;;
		esac
	done </proc/\$\$/status
	echo "group=\$(ps -o pgid= -p \$\$ | tr -d ' ') pid=\$\$"
	cat
} >"\$n"
mv "\$n" "$out/\$PKIFS_SERIAL.\$PKIFS_WHAT"
# Each run takes a line of what is to go wrong; without one it goes well.
how=\$(head -n 1 "$out/how")
[ -z "\$how" ] || sed -i 1d "$out/how"
case \$how in
hang) sleep 1000 & echo \$! >"$out/child"; sleep 1000 ;;
fail) exit 3 ;;
kill) kill -9 \$\$ ;;
esac
exit 0
END
chmod 755 "$dir/command"
goes() { printf '%s\n' "$@" >"$dir/how"; must cp "$dir/how" "$out/how"; }
must as pk68-mail touch "$out/how"
cat >>"$home/pkifs.conf" <<END

[notices]
command = $dir/command
user = pk68-mail
timeout = 2 s
retry = 1 s
tries = 3
END
printf '\n[revocation]\nsuspension = yes\n' \
    >>"$home/profiles/tls-server.conf"

# What cannot be run is said at start, by key.
try_with() {
	cp "$home/pkifs.conf" "$dir/pkifs.conf"
	sed -i "s|^$1 = .*|$1 = $2|; \$!b" "$home/pkifs.conf"
	refuses "$3" "$pkifs" mount "$home" "$ca"
	cp "$dir/pkifs.conf" "$home/pkifs.conf"
}
try_with command "$dir/none" "[notices] command: $dir/none"
try_with command mail "wanted an absolute path"
try_with tries 0 "tries"
sed -i 's/^user = pk68-mail/user = root/' "$home/pkifs.conf"
refuses "[notices] user" "$pkifs" mount "$home" "$ca"
sed -i 's/^user = root/user = pk68-none/' "$home/pkifs.conf"
refuses "there is no user pk68-none" "$pkifs" mount "$home" "$ca"
sed -i 's/^user = pk68-none/user = pk68-mail/' "$home/pkifs.conf"

mount_ca
events() { ls "$ca"/evidence/*/*/*/*/*-notice-"$1".json 2>/dev/null | wc -l; }
are() { [ "$(events delivered)" = "$1" ] && [ "$(events failed)" = "$2" ]; }
last() { cat "$(ls "$ca"/evidence/*/*/*/*/*-notice-"$1".json | tail -n 1)" >"$dir/event"; }
health() { grep "^$1 .* notices " "$ca/status/health.txt" >"$dir/line"; }
drop() {
	new_csr "$1" "$1.example.org"
	must cp "$dir/$1.csr" "$ca/requests/"
	serial=$(serial_of "$ca/requests/$1.crt")
}
act() { must sh -c "echo '$1' >'$ca/revoke/$serial'"; }

# Told: what, to whom, about which; as whom and with what.
drop www
act certificateHold
within 10 are 1 0
file=$out/$serial.suspended
says "PKIFS_WHAT=suspended" "$file"
says "PKIFS_SERIAL=$serial" "$file"
says "PKIFS_SUBJECT=www.example.org" "$file"
says "PKIFS_PROFILE=tls-server" "$file"
says "A certificate was suspended." "$file"
says "user=pk68-mail groups=nogroup" "$file"
grep -q '^PKIFS_SUBSCRIBER=.' "$file" || fail "no subscriber"
[ "$(grep -c '^[A-Z_]*=' "$file")" = 11 ] || fail "more in its environment"
# What the shell keeps of its own for later is the same.
grep '^fd' "$file" | grep -v "/dev/null\|memfd:notice\|pipe:\|/proc/\|$out\|$dir/command" \
    >"$dir/fds" && fail "it has more open: $(cat "$dir/fds")"
grep -q '^CapEff:[[:space:]]*0*$' "$file" || fail "it has capabilities"
grep -q '^SigBlk:[[:space:]]*0*$' "$file" || fail "signals are blocked"
grep -Eq '^group=([0-9]+) pid=\1$' "$file" || fail "not a group of its own"
last delivered
says '"ended-with": "exit status 0"' "$dir/event"
says '"what": "suspended"' "$dir/event"
says '"channel": "command"' "$dir/event"
says "REV-6.3.9-03" "$dir/event"
within 5 grep -q "^notified: .* (suspended) by the command, try 1" \
    "$ca/revoke/$serial"
health ok || fail "health: $(cat "$ca/status/health.txt")"
act reinstate
within 10 are 2 0
says "A certificate was reinstated." "$out/$serial.reinstated"
act superseded
within 10 are 3 0
says "reason: superseded (4)" "$out/$serial.revoked"

# One that hangs is ended with all it started, and holds up nothing.
goes hang
drop slow
before=$(date +%s%N)
act superseded
took=$((($(date +%s%N) - before) / 1000000))
within 10 test -s "$out/child"
within 10 are 3 1
last failed
says '"ended-with": "ended at its timeout"' "$dir/event"
says '"outcome": "failed"' "$dir/event"
says '"next-try":' "$dir/event"
[ "$took" -lt 2000 ] || fail "the writer waited for the command: $took ms"
gone() { ! kill -0 "$(cat "$out/child")"; }
within 5 gone
# Tried again it works.
within 20 are 4 1
within 10 health ok

# Exit status and signal are told apart; in the end it is given up.
goes kill fail fail
drop ends
act superseded
within 20 are 4 4
cat "$ca"/evidence/*/*/*/*/*-notice-failed.json >"$dir/events"
says '"ended-with": "signal 9"' "$dir/events"
last failed
says '"ended-with": "exit status 3"' "$dir/event"
says '"outcome": "given up"' "$dir/event"
says '"try": 3' "$dir/event"
within 10 health ok
lacks '^notified:' "$ca/revoke/$serial"

# What is due is due after a restart, with its tries; so is what was under
# way, and health says that something could not be told.
sed -i 's/^retry = .*/retry = 6 s/' "$home/pkifs.conf"
sed -i 's/^tries = .*/tries = 9/' "$home/pkifs.conf"
must "$pkifs" umount "$ca"
mount_ca
goes hang
rm -f "$out/child"
drop again
act superseded
within 10 test -s "$out/child"
child=$(cat "$out/child")
must "$pkifs" umount "$ca"
ended() { ! kill -0 "$child"; }
within 5 ended
mount_ca
within 20 are 5 4
within 5 grep -q "^notified: .* try 1" "$ca/revoke/$serial"
goes fail
drop later
act superseded
within 10 are 5 5
within 10 health warn
says "1 notices could not be told" "$dir/line"
must "$pkifs" umount "$ca"
sed -i 's/^retry = .*/retry = 1 s/' "$home/pkifs.conf"
mount_ca
within 60 are 6 5
within 5 grep -q "^notified: .* try 2" "$ca/revoke/$serial"
within 10 health ok

# Many at once: each is told, once.
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
	drop "many$i"
	echo "$serial cessationOfOperation" >>"$dir/batch"
done
must cp "$dir/batch" "$ca/revoke/batch/many"
within 30 are 18 5

# A reload goes on; without a command there are only files.
sed -i 's/^command = .*/command =/' "$home/pkifs.conf"
must "$pkifs" reload "$home"
drop quiet
act superseded
must test -s "$ca/requests/quiet.notice"
within 10 health ok
says "no command" "$dir/line"
are 18 5 || fail "told by no command"
must "$pkifs" verify "$ca/evidence" >"$dir/verified"
