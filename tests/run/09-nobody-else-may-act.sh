# Who is not the subscriber's user, and who has no role, is refused.
# (CSS-6.5.5-06, REG-6.3.2-01)
. "$(dirname "$0")/lib.sh"
need_root
new_ca
new_csr www www.example.org
must cp "$dir/www.csr" "$ca/requests/"
serial=$(serial_of "$ca/requests/www.crt")
chmod 644 "$dir"/*.csr

refuses "Permission denied" as nobody cp "$dir/www.csr" "$ca/requests/nobody.csr"
must test ! -e "$ca/requests/nobody.csr"
refuses "Permission denied" as nobody sh -c "echo superseded >'$ca/revoke/$serial'"
refuses "Permission denied" as nobody cat "$ca/requests/www.csr"
refuses "Permission denied" as nobody rm -f "$ca/requests/www.csr"
refuses "Permission denied" as nobody ls "$ca/evidence"
refuses "Permission denied" as nobody cat "$ca/issued/by-serial/$serial/cert.pem"
must test -e "$ca/requests/www.crt"

# What relying parties need is for everybody.
must as nobody cat "$ca/README.txt" "$ca/ca/root.pem" "$ca/ca/issuing.der" \
    "$ca/status/issuing.crl" "$ca/ca/cps/current.txt" >"$dir/public"

# A refusal of an act is an event.
for event in access-refused revocation-refused; do
	ls "$ca"/evidence/*/*/*/*/ | grep -q $event || fail "no event $event"
done
must "$pkifs" verify "$ca/evidence"

# `--user` makes somebody else the first subscriber's user, and root nobody.
must "$pkifs" umount "$ca"
must mv "$home" "$dir/first"
new_ca --user games
must as games cp "$dir/www.csr" "$ca/requests/"
must as games sh -c "echo superseded >'$ca/revoke/$(serial_of "$ca/requests/www.crt")'"
refuses "Permission denied" cp "$dir/www.csr" "$ca/requests/root.csr"

# Who acts is taken at open: a descriptor that games opened acts as games,
# whoever writes to it and closes it.
new_csr passed passed.example.org
cat >"$dir/pass.py" <<'P'
import os, pwd, sys
path, octets = sys.argv[1:]
opener = pwd.getpwnam('games')
os.setegid(opener.pw_gid)
os.seteuid(opener.pw_uid)
fd = os.open(path, os.O_WRONLY | os.O_CREAT, 0o644)
os.seteuid(0)
os.setegid(0)
if os.fork() == 0:
    assert os.getuid() == os.geteuid() == 0
    os.write(fd, open(octets, 'rb').read())
    os.close(fd)
    os._exit(0)
os.close(fd)
sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))
P
must python3 "$dir/pass.py" "$ca/requests/passed.csr" "$dir/passed.csr"
passed=$(serial_of "$ca/requests/passed.crt")
echo superseded >"$dir/reason"
must python3 "$dir/pass.py" "$ca/revoke/$passed" "$dir/reason"
for event in request-decided certificate-revoked; do
	last=$(ls "$ca"/evidence/*/*/*/*/*-$event.json | tail -n 1)
	says "\"uid\": $(id -u games)," "$last"
done
[ "$(stat -c %U "$ca/requests/passed.csr")" = games ] || fail "of another"
must "$pkifs" verify "$ca/evidence"
