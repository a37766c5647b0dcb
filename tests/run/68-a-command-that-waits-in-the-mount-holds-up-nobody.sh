# A command of [notices] that waits in the mount itself, for an answer of the
# core that leaves, holds up neither a reload nor an unmount, and leaves no
# process behind.
. "$(dirname "$0")/lib.sh"
need_root
need_resend
make_ca --user games
mkdir "$dir/pids"
chown games "$dir/pids"
cat >"$dir/command" <<END
#!/bin/sh
echo \$\$ >"$dir/pids/\$PKIFS_SERIAL"
until [ -e "$dir/signer-stands" ]; do sleep 0.05; done
exec cp "$dir/from.csr" "$ca/requests/of-\$PKIFS_SERIAL.csr"
END
chmod 755 "$dir/command"
cat >>"$home/pkifs.conf" <<END

[notices]
command = $dir/command
user = games
timeout = 5 min
END
sed -i 's/^wait = .*/wait = 60 s/' "$home/pkifs.conf"
grep -q '^wait = 60 s' "$home/pkifs.conf" || fail "no wait in pkifs.conf"
mount_ca
new_csr from from.example.org
chmod 644 "$dir/from.csr"

# The command's own cp waits for a signature: it cannot be killed.
command_waits() {
	rm -f "$dir/signer-stands"
	new_csr "$1" "$1.example.org"
	chmod 644 "$dir/$1.csr"
	must as games cp "$dir/$1.csr" "$ca/requests/"
	serial=$(serial_of "$ca/requests/$1.crt")
	must as games sh -c "echo superseded >'$ca/revoke/$serial'"
	within 20 test -s "$dir/pids/$serial"
	command=$(cat "$dir/pids/$serial")
	must kill -STOP "$(process signer)"
	touch "$dir/signer-stands"
	within 10 grep -q '^state: approved' \
	    "$ca/requests/of-$serial.status"
}
is_gone() { [ ! -e "/proc/$command" ]; }
there_is() { [ -n "$(process signer)" ]; }

# A reload: what it had asked for the next core does; the notice is due again.
command_waits www
must timeout 30 "$pkifs" reload "$home"
within 10 is_gone
within 20 test -s "$ca/requests/of-$serial.crt"
must verify_certificate "$ca/requests/of-$serial.crt"

# An unmount.
within 20 there_is
command_waits two
must timeout 30 "$pkifs" umount "$ca"
within 30 test ! -e "/proc/$main"
within 5 is_gone
mountpoint -q "$ca" && fail "it is mounted"

# And the home is free.
mount_ca
must verify_certificate "$ca/requests/two.crt"
